//! Statements out of tokens.

use std::collections::HashSet;

use super::budget::SOURCE_DEPTH;
use super::fault::{Fault, Result, quoted};
use super::lexer::Token;
use super::syntax::{Action, Expression, For, Macro, Statement, Suffix, Target};
use super::text::Text;

pub(super) struct Parser<'s> {
    tokens: Vec<(u32, Token<'s>)>,
    at: usize,
    depth: u32,
    /// The loops around the current statement, as far as `break` reaches.
    loops: u32,
    /// The loops around it that own the name `loop`.
    owners: u32,
    /// How often the name `caller` was spoken of.
    callers: usize,
    /// Filters and tests that do not exist. Jinja minds only where it is sure to get there: not
    /// inside of `if`.
    pub(super) unknown: Vec<Fault>,
    root: Root,
}

/// The names of the template's outermost scope.
#[derive(Default)]
struct Root {
    /// The scopes and the branches around the current statement.
    scopes: u32,
    branches: u32,
    mentioned: HashSet<String>,
    hidden: Vec<String>,
}

/// The statements of a template, and the variables of the caller that it cannot see: those that
/// its outermost scope sets, in any case, before it speaks of them. (It would matter only to a
/// loop or macro that stands before.)
pub(super) fn parse(tokens: Vec<(u32, Token<'_>)>) -> Result<(Vec<Statement>, Vec<String>)> {
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
        loops: 0,
        owners: 0,
        callers: 0,
        unknown: Vec::new(),
        root: Root::default(),
    };
    let body = parser.block(&[]).map_err(|fault| fault.at(parser.line()))?;
    parser.unknown.drain(..).next().map_or(Ok((body, parser.root.hidden)), Err)
}

impl<'s> Parser<'s> {
    pub(super) fn peek(&self) -> &Token<'s> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, count: usize) -> &Token<'s> {
        self.tokens.get(self.at + count).map_or(&Token::End, |(_, token)| token)
    }

    pub(super) fn next(&mut self) -> Token<'s> {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    pub(super) fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(line, _)| *line)
    }

    pub(super) fn fault<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Fault::syntax(self.line(), message))
    }

    /// What was expected instead of the current token.
    pub(super) fn unexpected<T>(&self, expected: &str) -> Result<T> {
        let found = match self.peek() {
            Token::Data(_) => "text".to_owned(),
            Token::PrintBegin => "`{{`".to_owned(),
            Token::PrintEnd => "`}}`".to_owned(),
            Token::BlockBegin => "`{%`".to_owned(),
            Token::BlockEnd => "`%}`".to_owned(),
            Token::Name(name) => quoted(name),
            Token::Text(_) => "a string".to_owned(),
            Token::Int(_) | Token::Float(_) => "a number".to_owned(),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::End => "the end of the template".to_owned(),
        };
        self.fault(format!("expected {expected}, found {found}"))
    }

    pub(super) fn skip_symbol(&mut self, symbol: &'static str) -> bool {
        let found = *self.peek() == Token::Symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_name(&mut self, name: &str) -> bool {
        let found = self.is_name(name);
        self.at += usize::from(found);
        found
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(self.peek(), Token::Name(found) if *found == name)
    }

    pub(super) fn expect(&mut self, symbol: &'static str) -> Result<()> {
        if self.skip_symbol(symbol) { Ok(()) } else { self.unexpected(&format!("`{symbol}`")) }
    }

    pub(super) fn name(&mut self) -> Result<&'s str> {
        if let Token::Name(name) = *self.peek() {
            self.at += 1;
            return Ok(name);
        }
        self.unexpected("a name")
    }

    /// One level deeper, as far as that may go.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        if self.depth > SOURCE_DEPTH {
            let line = self.line();
            return Err(Fault::limit("the template is nested too deep").at(line));
        }
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    /// In a scope of its own.
    fn scoped<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let unknown = self.unknown.len();
        self.root.scopes += 1;
        let parsed = parse(self)?;
        self.root.scopes -= 1;
        self.unknown.drain(unknown..).next().map_or(Ok(parsed), Err)
    }

    /// In a scope that `break` does not get out of.
    fn called<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let loops = std::mem::take(&mut self.loops);
        let parsed = self.scoped(parse)?;
        self.loops = loops;
        Ok(parsed)
    }

    /// A variable is spoken of.
    pub(super) fn mention(&mut self, name: &str) {
        self.callers += usize::from(name == "caller");
        if self.root.scopes == 0 && !self.root.mentioned.contains(name) {
            self.root.mentioned.insert(name.to_owned());
        }
    }

    /// A variable is set.
    fn store(&mut self, target: &Target) {
        match target {
            Target::Tuple(targets) => targets.iter().for_each(|target| self.store(target)),
            Target::Attribute(name, _) => self.mention(name),
            Target::Name(name) => {
                let is_new = self.root.scopes == 0 && !self.root.mentioned.contains(name);
                if is_new && self.root.branches == 0 {
                    self.root.hidden.push(name.clone());
                }
                self.mention(name);
            }
        }
    }

    /// Statements up to one of these tags (none: the end of the template); the name of that tag is
    /// next.
    fn block(&mut self, ends: &[&str]) -> Result<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            let is_end = match self.peek() {
                Token::BlockBegin => ends.iter().any(|end| self.is_tag(end)),
                token => *token == Token::End && ends.is_empty(),
            };
            if is_end {
                self.at += 1;
                return Ok(statements);
            }
            statements.push(self.piece(ends)?);
        }
    }

    /// Text, or a tag with all that belongs to it.
    fn piece(&mut self, ends: &[&str]) -> Result<Statement> {
        let line = self.line();
        let action = match self.next() {
            Token::Data(text) => Action::Data(Text::plain(text)),
            Token::PrintBegin => {
                let value = self.tuple(true, "", false)?;
                self.end_of(&Token::PrintEnd, "`}}`")?;
                Action::Print(value)
            }
            Token::BlockBegin => {
                let action = self.nested(Self::statement)?;
                self.end_of(&Token::BlockEnd, "`%}`")?;
                action
            }
            _ => {
                self.at -= 1;
                return self.unexpected(&format!("`{}`", ends.join("` or `")));
            }
        };
        Ok(Statement { line, action })
    }

    fn is_tag(&self, name: &str) -> bool {
        matches!(self.peek_at(1), Token::Name(found) if *found == name)
    }

    fn end_of(&mut self, end: &Token, shown: &str) -> Result<()> {
        if self.peek() != end {
            return self.unexpected(shown);
        }
        self.at += 1;
        Ok(())
    }

    /// The rest of a tag, then a block; the name of the tag that ends it is next.
    fn body(&mut self, ends: &[&str]) -> Result<Vec<Statement>> {
        // As Python has it.
        self.skip_symbol(":");
        self.end_of(&Token::BlockEnd, "`%}`")?;
        self.block(ends)
    }

    /// The same with one end, which is taken.
    fn whole_body(&mut self, end: &str) -> Result<Vec<Statement>> {
        let body = self.body(&[end])?;
        self.at += 1;
        Ok(body)
    }

    /// Behind `{%`.
    fn statement(&mut self) -> Result<Action> {
        // One call for all of them: each would take its own room on the stack.
        let parse = match self.name()? {
            "set" => Self::set,
            "if" => Self::conditional_blocks,
            "for" => Self::for_loop,
            "macro" => Self::macro_block,
            "call" => Self::call_block,
            "filter" => Self::filter_block,
            "with" => Self::with_block,
            "generation" => Self::scope_block,
            "break" if self.loops > 0 => |_: &mut Self| Ok(Action::Break),
            "continue" if self.loops > 0 => |_: &mut Self| Ok(Action::Continue),
            name => return self.no_statement(name),
        };
        parse(self)
    }

    fn no_statement(&self, name: &str) -> Result<Action> {
        match name {
            "break" | "continue" => self.fault(format!("`{name}` has no loop")),
            "autoescape" | "block" | "extends" | "from" | "import" | "include" | "print" => {
                Err(Fault::unsupported(&format!("`{name}`")))
            }
            _ => self.fault(format!("{} is no tag", quoted(name))),
        }
    }

    fn scope_block(&mut self) -> Result<Action> {
        Ok(Action::Scope(self.called(|parser| parser.whole_body("endgeneration"))?))
    }

    fn set(&mut self) -> Result<Action> {
        let target = self.targets("", true)?;
        if self.skip_symbol("=") {
            let value = self.tuple(true, "", false)?;
            self.store(&target);
            return Ok(Action::Set(target, value));
        }
        let filters = self.filters()?;
        let body = self.scoped(|parser| parser.whole_body("endset"))?;
        self.store(&target);
        Ok(Action::SetBlock(target, filters, body))
    }

    fn conditional_blocks(&mut self) -> Result<Action> {
        let unknown = self.unknown.len();
        let mut branches = Vec::new();
        self.root.branches += 1;
        let otherwise = loop {
            let condition = self.tuple(false, "", false)?;
            branches.push((condition, self.body(&["elif", "else", "endif"])?));
            match self.name()? {
                "elif" => {}
                "else" => break self.whole_body("endif")?,
                _ => break Vec::new(),
            }
        };
        self.root.branches -= 1;
        self.unknown.truncate(unknown);
        Ok(Action::If(branches, otherwise))
    }

    fn for_loop(&mut self) -> Result<Action> {
        let mut node = self.for_header()?;
        self.owners += 1;
        self.loops += 1;
        node.body = self.scoped(|parser| parser.body(&["endfor", "else"]))?;
        self.loops -= 1;
        if self.name()? == "else" {
            node.otherwise = self.scoped(|parser| parser.whole_body("endfor"))?;
        }
        self.owners -= 1;
        Ok(Action::For(node))
    }

    /// A loop without its blocks.
    fn for_header(&mut self) -> Result<Box<For>> {
        self.owners += 1;
        let target = self.targets("in", false)?;
        self.owners -= 1;
        if !self.skip_name("in") {
            return self.unexpected("`in`");
        }
        let source = self.tuple(false, "recursive", false)?;
        let condition =
            if self.skip_name("if") { Some(self.scoped(Self::expression)?) } else { None };
        let recursive = self.skip_name("recursive");
        let (body, otherwise) = (Vec::new(), Vec::new());
        Ok(Box::new(For { target, source, condition, recursive, body, otherwise }))
    }

    fn macro_block(&mut self) -> Result<Action> {
        let name = self.name()?.to_owned();
        self.store(&Target::Name(name.clone()));
        self.expect("(")?;
        let parse = |parser: &mut Self| {
            let parameters = parser.parameters()?;
            parser.callable(name, parameters, "endmacro")
        };
        self.called(parse).map(Action::Macro)
    }

    fn callable(
        &mut self,
        name: String,
        parameters: Vec<(String, Option<Expression>)>,
        end: &str,
    ) -> Result<Box<Macro>> {
        let callers = self.callers;
        let body = self.whole_body(end)?;
        let is_parameter = parameters.iter().any(|(name, _)| name == "caller");
        let takes_caller = self.callers > callers && !is_parameter;
        Ok(Box::new(Macro { name, parameters, takes_caller, body }))
    }

    fn parameters(&mut self) -> Result<Vec<(String, Option<Expression>)>> {
        let mut parameters: Vec<(String, Option<Expression>)> = Vec::new();
        while !self.skip_symbol(")") {
            if !parameters.is_empty() {
                self.expect(",")?;
            }
            let name = self.name()?.to_owned();
            let default = if self.skip_symbol("=") { Some(self.expression()?) } else { None };
            let needs_default = parameters.last().is_some_and(|(_, default)| default.is_some());
            if needs_default && default.is_none() {
                return self.fault(format!("the parameter {} needs a default", quoted(&name)));
            }
            parameters.push((name, default));
        }
        Ok(parameters)
    }

    fn call_block(&mut self) -> Result<Action> {
        let parameters =
            if self.skip_symbol("(") { self.scoped(Self::parameters)? } else { Vec::new() };
        let call = self.expression()?;
        let name = String::from("caller");
        let block = self.called(|parser| parser.callable(name, parameters, "endcall"))?;
        match call {
            Expression::Suffixed(callee, mut suffixes) => match suffixes.pop() {
                Some(Suffix::Call(arguments)) => {
                    let callee = Expression::Suffixed(callee, suffixes);
                    Ok(Action::Call(block, Box::new(callee), arguments))
                }
                _ => self.fault("a `call` block calls nothing"),
            },
            _ => self.fault("a `call` block calls nothing"),
        }
    }

    fn filter_block(&mut self) -> Result<Action> {
        let mut filters = vec![self.filter()?];
        filters.extend(self.filters()?);
        Ok(Action::Filter(filters, self.scoped(|parser| parser.whole_body("endfilter"))?))
    }

    fn with_block(&mut self) -> Result<Action> {
        let mut variables = Vec::new();
        while *self.peek() != Token::BlockEnd {
            if !variables.is_empty() {
                self.expect(",")?;
            }
            let target = self.targets("", false)?;
            self.expect("=")?;
            variables.push((target, self.expression()?));
        }
        Ok(Action::With(variables, self.scoped(|parser| parser.whole_body("endwith"))?))
    }

    /// What is assigned to: one target, or several with commas.
    fn targets(&mut self, end: &str, attributes: bool) -> Result<Target> {
        let mut targets = vec![self.target(attributes)?];
        let mut is_tuple = false;
        while self.skip_symbol(",") {
            is_tuple = true;
            let ends = matches!(self.peek(), Token::BlockEnd | Token::Symbol(")"));
            if ends || self.is_name(end) {
                break;
            }
            targets.push(self.target(attributes)?);
        }
        match targets.pop() {
            Some(target) if !is_tuple => Ok(target),
            last => Ok(Target::Tuple(targets.into_iter().chain(last).collect())),
        }
    }

    fn target(&mut self, attributes: bool) -> Result<Target> {
        if self.skip_symbol("(") {
            let inner = self.nested(|parser| parser.targets("", attributes))?;
            self.expect(")")?;
            return Ok(inner);
        }
        let name = self.name()?;
        if attributes && self.skip_symbol(".") {
            return Ok(Target::Attribute(name.to_owned(), Text::plain(self.name()?)));
        }
        if matches!(name, "true" | "false" | "none" | "True" | "False" | "None") {
            return self.fault(format!("`{name}` cannot be set"));
        }
        if name == "loop" && self.owners > 0 {
            return self.fault("`loop` cannot be set inside of a loop");
        }
        Ok(Target::Name(name.to_owned()))
    }
}

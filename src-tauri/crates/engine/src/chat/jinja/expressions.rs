//! Expressions out of tokens.

use super::fault::{Fault, Result, quoted};
use super::lexer::Token;
use super::parser::Parser;
use super::syntax::{Arguments, Comparison, Conditional, Expression, Operator, Suffix};
use super::text::Text;
use super::{filters, predicates};

/// How tightly an operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Compare,
    Add,
    Concat,
    Multiply,
    Power,
    /// More tightly than any operator between two values.
    Unary,
}

#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Concat,
    Compare(Comparison),
    Arithmetic(Operator),
}

impl Level {
    /// Operators of one level go from left to right.
    fn next(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Compare,
            Self::Compare => Self::Add,
            Self::Add => Self::Concat,
            Self::Concat => Self::Multiply,
            Self::Multiply => Self::Power,
            Self::Power | Self::Unary => Self::Unary,
        }
    }
}

impl Parser<'_> {
    /// One expression, or a tuple of several with commas. `end` is a name that may end it, besides
    /// the end of a tag; only parentheses may be empty.
    pub(super) fn tuple(
        &mut self,
        conditional: bool,
        end: &str,
        in_parentheses: bool,
    ) -> Result<Expression> {
        let mut items = Vec::new();
        let mut is_tuple = false;
        while !self.is_tuple_end(end) {
            items.push(if conditional { self.expression()? } else { self.binary(Level::Or)? });
            if !self.skip_symbol(",") {
                break;
            }
            is_tuple = true;
        }
        match items.pop() {
            Some(item) if !is_tuple => Ok(item),
            None if !in_parentheses => self.unexpected("an expression"),
            last => Ok(Expression::Tuple(items.into_iter().chain(last).collect())),
        }
    }

    fn is_tuple_end(&self, end: &str) -> bool {
        matches!(self.peek(), Token::PrintEnd | Token::BlockEnd | Token::Symbol(")"))
            || self.is_name(end)
    }

    pub(super) fn expression(&mut self) -> Result<Expression> {
        let unknown = self.unknown.len();
        let value = self.binary(Level::Or)?;
        if !self.skip_name("if") {
            return Ok(value);
        }
        let condition = self.binary(Level::Or)?;
        let otherwise =
            if self.skip_name("else") { Some(self.nested(Self::expression)?) } else { None };
        self.unknown.truncate(unknown);
        if otherwise.is_none() && self.is_name("if") {
            return Err(Fault::unsupported("an `if` without `else` before another"));
        }
        Ok(Expression::Conditional(Box::new(Conditional { condition, value, otherwise })))
    }

    /// Operators that bind at least as tightly as that.
    fn binary(&mut self, least: Level) -> Result<Expression> {
        self.nested(|parser| {
            let mut left = if least <= Level::Not && parser.skip_name("not") {
                Expression::Not(Box::new(parser.binary(Level::Not)?))
            } else {
                parser.unary()?
            };
            while let Some((level, _)) = parser.infix().filter(|(level, _)| *level >= least) {
                left = parser.chain(left, level)?;
            }
            Ok(left)
        })
    }

    /// The operator that is next, if one is.
    fn infix(&self) -> Option<(Level, Infix)> {
        let compare = |comparison| Some((Level::Compare, Infix::Compare(comparison)));
        let arithmetic = |level, operator| Some((level, Infix::Arithmetic(operator)));
        match self.peek() {
            Token::Name("or") => Some((Level::Or, Infix::Or)),
            Token::Name("and") => Some((Level::And, Infix::And)),
            Token::Name("in") => compare(Comparison::In),
            Token::Name("not") if *self.peek_at(1) == Token::Name("in") => {
                compare(Comparison::NotIn)
            }
            Token::Symbol("==") => compare(Comparison::Equal),
            Token::Symbol("!=") => compare(Comparison::NotEqual),
            Token::Symbol("<") => compare(Comparison::Less),
            Token::Symbol("<=") => compare(Comparison::LessOrEqual),
            Token::Symbol(">") => compare(Comparison::Greater),
            Token::Symbol(">=") => compare(Comparison::GreaterOrEqual),
            Token::Symbol("+") => arithmetic(Level::Add, Operator::Add),
            Token::Symbol("-") => arithmetic(Level::Add, Operator::Subtract),
            Token::Symbol("~") => Some((Level::Concat, Infix::Concat)),
            Token::Symbol("*") => arithmetic(Level::Multiply, Operator::Multiply),
            Token::Symbol("/") => arithmetic(Level::Multiply, Operator::Divide),
            Token::Symbol("//") => arithmetic(Level::Multiply, Operator::FloorDivide),
            Token::Symbol("%") => arithmetic(Level::Multiply, Operator::Remainder),
            Token::Symbol("**") => arithmetic(Level::Power, Operator::Power),
            _ => None,
        }
    }

    /// All operators of one level that follow each other.
    fn chain(&mut self, first: Expression, level: Level) -> Result<Expression> {
        let mut parts = Vec::new();
        let (mut comparisons, mut operations) = (Vec::new(), Vec::new());
        while let Some((_, infix)) = self.infix().filter(|(found, _)| *found == level) {
            let not_in = matches!(infix, Infix::Compare(Comparison::NotIn));
            for _ in 0..=usize::from(not_in) {
                self.next();
            }
            let right = self.binary(level.next())?;
            match infix {
                Infix::Compare(comparison) => comparisons.push((comparison, right)),
                Infix::Arithmetic(operator) => operations.push((operator, right)),
                _ => parts.push(right),
            }
        }
        Ok(match level {
            Level::Or => Expression::Or(with_first(first, parts)),
            Level::And => Expression::And(with_first(first, parts)),
            Level::Concat => Expression::Concat(with_first(first, parts)),
            Level::Compare => Expression::Compare(Box::new(first), comparisons),
            _ => Expression::Arithmetic(Box::new(first), operations),
        })
    }

    fn unary(&mut self) -> Result<Expression> {
        let value = self.signed()?;
        let mut suffixes = Vec::new();
        loop {
            match self.peek() {
                Token::Symbol("|") => suffixes.extend(self.filters()?),
                Token::Name("is") => suffixes.push(self.test()?),
                Token::Symbol("(") => suffixes.push(Suffix::Call(self.arguments()?)),
                _ => return Ok(suffixed(value, suffixes)),
            }
        }
    }

    /// With a sign, without filters: these take the value with its sign.
    fn signed(&mut self) -> Result<Expression> {
        let value = if self.skip_symbol("-") {
            Expression::Negative(Box::new(self.nested(Self::signed)?))
        } else if self.skip_symbol("+") {
            Expression::Positive(Box::new(self.nested(Self::signed)?))
        } else {
            self.primary()?
        };
        self.postfix(value)
    }

    fn postfix(&mut self, value: Expression) -> Result<Expression> {
        let mut suffixes = Vec::new();
        loop {
            match self.peek() {
                Token::Symbol(".") => suffixes.push(self.attribute()?),
                Token::Symbol("[") => suffixes.push(self.item()?),
                Token::Symbol("(") => suffixes.push(Suffix::Call(self.arguments()?)),
                _ => return Ok(suffixed(value, suffixes)),
            }
        }
    }

    fn primary(&mut self) -> Result<Expression> {
        match self.peek() {
            Token::Symbol("(") => {
                self.next();
                let inner = self.tuple(true, "", true)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Symbol("[") => {
                self.next();
                Ok(Expression::List(self.separated("]", Self::expression)?))
            }
            Token::Symbol("{") => {
                self.next();
                Ok(Expression::Dict(self.separated("}", Self::entry)?))
            }
            Token::Name(_) | Token::Text(_) | Token::Int(_) | Token::Float(_) => self.atom(),
            _ => self.unexpected("an expression"),
        }
    }

    fn atom(&mut self) -> Result<Expression> {
        Ok(match self.next() {
            Token::Name("true" | "True") => Expression::Bool(true),
            Token::Name("false" | "False") => Expression::Bool(false),
            Token::Name("none" | "None") => Expression::None,
            Token::Name(name) => {
                self.mention(name);
                Expression::Name(name.to_owned())
            }
            Token::Int(int) => Expression::Int(int),
            Token::Float(float) => Expression::Float(float),
            Token::Text(mut text) => {
                while let Token::Text(more) = self.peek() {
                    text.push_str(more);
                    self.next();
                }
                Expression::Text(Text::plain(text))
            }
            _ => return self.unexpected("an expression"),
        })
    }

    fn entry(&mut self) -> Result<(Expression, Expression)> {
        let key = self.expression()?;
        self.expect(":")?;
        Ok((key, self.expression()?))
    }

    /// With commas between, perhaps one behind, up to a bracket.
    fn separated<T>(
        &mut self,
        end: &'static str,
        parse: impl Fn(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while !self.skip_symbol(end) {
            items.push(parse(self)?);
            if !self.skip_symbol(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(items)
    }

    fn attribute(&mut self) -> Result<Suffix> {
        self.next();
        match self.next() {
            Token::Name(name) => Ok(Suffix::Attribute(Text::plain(name))),
            Token::Int(int) => Ok(Suffix::Item(Expression::Int(int))),
            _ => self.fault("expected a name or number behind the dot"),
        }
    }

    fn item(&mut self) -> Result<Suffix> {
        self.next();
        let start =
            if *self.peek() == Token::Symbol(":") { None } else { Some(self.expression()?) };
        let suffix = match start {
            Some(item) if *self.peek() != Token::Symbol(":") => Suffix::Item(item),
            start => {
                let mut bounds = [start, None, None];
                for bound in bounds.iter_mut().skip(1) {
                    let is_there =
                        self.skip_symbol(":") && !matches!(self.peek(), Token::Symbol(":" | "]"));
                    *bound = if is_there { Some(self.expression()?) } else { None };
                }
                Suffix::Slice(Box::new(bounds))
            }
        };
        self.expect("]")?;
        Ok(suffix)
    }

    /// In parentheses, which are next.
    fn arguments(&mut self) -> Result<Arguments> {
        self.expect("(")?;
        let mut arguments = Arguments::default();
        for (name, value) in self.separated(")", Self::argument)? {
            match name {
                None if arguments.named.is_empty() => arguments.positional.push(value),
                Some(name) if !arguments.named.iter().any(|(other, _)| *other == name) => {
                    arguments.named.push((name, value));
                }
                _ => return self.fault("an argument is in the wrong place"),
            }
        }
        Ok(arguments)
    }

    fn argument(&mut self) -> Result<(Option<String>, Expression)> {
        if let Token::Symbol(star @ ("*" | "**")) = *self.peek() {
            return Err(Fault::unsupported(&format!("`{star}` before an argument")));
        }
        if *self.peek_at(1) == Token::Symbol("=") {
            let name = self.name()?.to_owned();
            self.next();
            return Ok((Some(name), self.expression()?));
        }
        Ok((None, self.expression()?))
    }

    /// As many as follow, each behind its bar.
    pub(super) fn filters(&mut self) -> Result<Vec<Suffix>> {
        let mut filters = Vec::new();
        while self.skip_symbol("|") {
            filters.push(self.filter()?);
        }
        Ok(filters)
    }

    pub(super) fn filter(&mut self) -> Result<Suffix> {
        let line = self.line();
        let name = self.dotted_name()?;
        if !filters::exists(&name) {
            let message = format!("{} is not a filter", quoted(&name));
            self.unknown.push(Fault::syntax(line, message));
        }
        let called = *self.peek() == Token::Symbol("(");
        let arguments = if called { self.arguments()? } else { Arguments::default() };
        Ok(Suffix::Filter(name, arguments))
    }

    fn dotted_name(&mut self) -> Result<String> {
        let mut name = self.name()?.to_owned();
        while self.skip_symbol(".") {
            name = format!("{name}.{}", self.name()?);
        }
        Ok(name)
    }

    fn test(&mut self) -> Result<Suffix> {
        self.next();
        let line = self.line();
        let negated = self.skip_name("not");
        let name = self.dotted_name()?;
        if !predicates::exists(&name) {
            let message = format!("{} is not a test", quoted(&name));
            self.unknown.push(Fault::syntax(line, message));
        }
        let arguments = self.test_arguments()?;
        Ok(Suffix::Test { name, negated, arguments })
    }

    /// A test may have one argument without parentheses.
    fn test_arguments(&mut self) -> Result<Arguments> {
        match self.peek() {
            Token::Symbol("(") => self.arguments(),
            Token::Name("is") => self.fault("a test cannot be tested"),
            Token::Name("else" | "or" | "and") => Ok(Arguments::default()),
            Token::Name(_)
            | Token::Text(_)
            | Token::Int(_)
            | Token::Float(_)
            | Token::Symbol("[" | "{") => {
                let value = self.nested(Self::primary)?;
                let positional = vec![self.postfix(value)?];
                Ok(Arguments { positional, named: Vec::new() })
            }
            _ => Ok(Arguments::default()),
        }
    }
}

fn with_first(first: Expression, mut rest: Vec<Expression>) -> Vec<Expression> {
    rest.insert(0, first);
    rest
}

fn suffixed(value: Expression, suffixes: Vec<Suffix>) -> Expression {
    if suffixes.is_empty() { value } else { Expression::Suffixed(Box::new(value), suffixes) }
}

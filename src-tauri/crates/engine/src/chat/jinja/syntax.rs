//! A template, read.
//!
//! What Jinja nests to the left without end (`a + b + c`, `a | b | c`) is one flat node here, so
//! that no tree is deeper than the source was nested.

use super::text::Text;

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) line: u32,
    pub(super) action: Action,
}

#[derive(Debug)]
pub(super) enum Action {
    Data(Text),
    Print(Expression),
    Set(Target, Expression),
    /// With the filters that the block goes through.
    SetBlock(Target, Vec<Suffix>, Vec<Statement>),
    /// Conditions with their blocks, and the block of `else`.
    If(Vec<(Expression, Vec<Statement>)>, Vec<Statement>),
    For(Box<For>),
    Macro(Box<Macro>),
    /// The call that gets the block: what is called, with what.
    Call(Box<Macro>, Box<Expression>, Arguments),
    Filter(Vec<Suffix>, Vec<Statement>),
    With(Vec<(Target, Expression)>, Vec<Statement>),
    /// `generation`: only a scope.
    Scope(Vec<Statement>),
    Break,
    Continue,
}

#[derive(Debug)]
pub(super) struct For {
    pub(super) target: Target,
    pub(super) source: Expression,
    pub(super) condition: Option<Expression>,
    pub(super) recursive: bool,
    pub(super) body: Vec<Statement>,
    pub(super) otherwise: Vec<Statement>,
}

/// A macro, or the block of a call.
#[derive(Debug)]
pub(super) struct Macro {
    pub(super) name: String,
    pub(super) parameters: Vec<(String, Option<Expression>)>,
    /// Its body speaks of `caller`.
    pub(super) takes_caller: bool,
    pub(super) body: Vec<Statement>,
}

#[derive(Debug)]
pub(super) enum Target {
    Name(String),
    Tuple(Vec<Target>),
    /// Of a namespace.
    Attribute(String, Text),
}

#[derive(Debug)]
pub(super) enum Expression {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Text),
    Name(String),
    List(Vec<Expression>),
    Tuple(Vec<Expression>),
    Dict(Vec<(Expression, Expression)>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Positive(Box<Expression>),
    /// From left to right.
    Arithmetic(Box<Expression>, Vec<(Operator, Expression)>),
    Concat(Vec<Expression>),
    /// `a < b < c`
    Compare(Box<Expression>, Vec<(Comparison, Expression)>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Conditional(Box<Conditional>),
    Suffixed(Box<Expression>, Vec<Suffix>),
}

#[derive(Debug)]
pub(super) struct Conditional {
    pub(super) condition: Expression,
    pub(super) value: Expression,
    pub(super) otherwise: Option<Expression>,
}

/// What stands behind a value.
#[derive(Debug)]
pub(super) enum Suffix {
    Attribute(Text),
    Item(Expression),
    /// Start, stop and step.
    Slice(Box<[Option<Expression>; 3]>),
    Call(Arguments),
    Filter(String, Arguments),
    /// `is`, or `is not` where it is negated.
    Test {
        name: String,
        negated: bool,
        arguments: Arguments,
    },
}

#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Expression>,
    pub(super) named: Vec<(String, Expression)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Power,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

//! The `attribute` of filters: `"function.name"`.

use super::budget::Budget;
use super::evaluator::Evaluator;
use super::fault::Result;
use super::text::Text;
use super::value::Value;

/// Items to go through one after the other; without any a value stays what it is.
pub(super) struct Path(Vec<Value>);

impl Path {
    /// The value itself.
    pub(super) fn whole() -> Self {
        Self(Vec::new())
    }

    pub(super) fn new(attribute: Option<&Value>, budget: &mut Budget) -> Result<Self> {
        match attribute {
            None | Some(Value::None) => Ok(Self::whole()),
            Some(Value::Text(text)) => Self::parse(text.as_str(), budget),
            Some(index) => Ok(Self(vec![index.clone()])),
        }
    }

    fn parse(path: &str, budget: &mut Budget) -> Result<Self> {
        // Each part makes a value.
        budget.spend_on(path.len() + 1, super::budget::VALUE)?;
        let parts = path.split('.').map(|part| {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let index = part.parse().ok().filter(|_| is_number);
            index.map_or_else(|| Value::Text(Text::plain(part)), Value::Int)
        });
        Ok(Self(parts.collect()))
    }

    /// Those of several attributes with commas between.
    pub(super) fn several(attribute: Option<&Value>, budget: &mut Budget) -> Result<Vec<Self>> {
        match attribute {
            Some(Value::Text(text)) => {
                text.as_str().split(',').map(|path| Self::parse(path, budget)).collect()
            }
            other => Ok(vec![Self::new(other, budget)?]),
        }
    }

    pub(super) fn follow(&self, evaluator: &mut Evaluator, value: Value) -> Result<Value> {
        self.0.iter().try_fold(value, |value, part| {
            evaluator.budget.step()?;
            evaluator.item(&value, part)
        })
    }

    /// With a value in place of each part that is not there.
    pub(super) fn follow_or(
        &self,
        evaluator: &mut Evaluator,
        value: Value,
        default: Option<&Value>,
    ) -> Result<Value> {
        self.0.iter().try_fold(value, |value, part| {
            evaluator.budget.step()?;
            let found = evaluator.item(&value, part)?;
            Ok(match (found, default) {
                (Value::Undefined(_), Some(default)) => default.clone(),
                (found, _) => found,
            })
        })
    }
}

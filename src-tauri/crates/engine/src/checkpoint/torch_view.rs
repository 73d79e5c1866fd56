//! From a pickled tensor to its bytes: torch's views into storages.

use super::array::Stored;
use super::nemo_config::Refusal;
use super::pickle::{Global, Id, Pickle, Value};
use super::region::Region;
use super::torch::{Outcome, TorchTensor, damaged, shown};
use super::torch_zip::Entries;

/// torch's own limit.
const MAX_AXES: usize = 64;
const MAX_KEY_BYTES: usize = 64;

/// A pickle whose storages lie in an archive.
pub(super) struct Views<'a> {
    pub(super) pickle: &'a Pickle,
    pub(super) entries: &'a Entries,
}

/// The arguments of torch's `_rebuild_tensor_v2` that say where the numbers are.
struct View<'a> {
    stored: Stored,
    /// The whole storage.
    data: &'a Region,
    /// In numbers, not bytes.
    offset: u64,
    shape: Vec<u64>,
    strides: Vec<u64>,
}

impl Views<'_> {
    /// A value that is a readable tensor; as [`Refusal::Unsupported`] what else it is.
    pub(super) fn tensor(&self, id: Id) -> Outcome<TorchTensor> {
        let view = self.view(self.unwrapped(id))?;
        // First: an expanded tensor (stride 0) has more numbers than its storage.
        if !in_c_order(&view) {
            return Err(Refusal::Unsupported("a tensor whose rows are not consecutive".to_owned()));
        }
        let count = view.shape.iter().try_fold(1_u64, |n, side| n.checked_mul(*side));
        let width = view.stored.bytes() as u64;
        let part = count
            .and_then(|n| view.data.part(view.offset.checked_mul(width)?, n.checked_mul(width)?));
        let Some(data) = part else {
            let (shape, offset) = (&view.shape, view.offset);
            let what = format!("shape {shape:?} from {offset} on is more than its storage holds");
            return Err(Refusal::Damaged(what));
        };
        let shape = view.shape.iter().map(|side| *side as usize).collect();
        Ok(TorchTensor { stored: view.stored, shape, data })
    }

    /// The tensor inside a parameter.
    fn unwrapped(&self, id: Id) -> Id {
        let Value::Call { by: Global::Parameter, arguments } = self.pickle.get(id) else {
            return id;
        };
        self.pickle.tuple(*arguments).and_then(|given| given.first()).copied().unwrap_or(id)
    }

    fn view(&self, id: Id) -> Outcome<View<'_>> {
        let Value::Call { by: Global::Tensor, arguments } = self.pickle.get(id) else {
            return Err(Refusal::Unsupported(self.pickle.describe(id)));
        };
        let given = self.pickle.tuple(*arguments).unwrap_or_default();
        let &[storage, offset, shape, strides, ..] = given else {
            return damaged("it has no storage, offset, shape and strides");
        };
        let (stored, data) = self.storage(storage)?;
        let offset = self.pickle.size(offset);
        match (offset, self.sizes(shape), self.sizes(strides)) {
            (Some(offset), Some(shape), Some(strides)) if shape.len() == strides.len() => {
                Ok(View { stored, data, offset, shape, strides })
            }
            _ => damaged("its offset, shape or strides are no sizes"),
        }
    }

    /// A tuple of sizes, plain or as a `torch.Size`.
    fn sizes(&self, id: Id) -> Option<Vec<u64>> {
        let plain = match self.pickle.get(id) {
            Value::Call { by: Global::Size, arguments } => {
                *self.pickle.tuple(*arguments)?.first()?
            }
            _ => id,
        };
        let sides = self.pickle.tuple(plain).filter(|sides| sides.len() <= MAX_AXES)?;
        sides.iter().map(|side| self.pickle.size(*side)).collect()
    }

    /// A storage is named by `("storage", class, key, device, count)`.
    fn storage(&self, id: Id) -> Outcome<(Stored, &Region)> {
        let Value::Persistent(reference) = self.pickle.get(id) else {
            return damaged("its storage is no reference");
        };
        let reference = self.pickle.tuple(*reference).unwrap_or_default();
        let &[kind, class, key, _device, count] = reference else {
            return damaged("its storage has no class, key and size");
        };
        let (Some("storage"), &Value::Global(Global::Storage(class)), Some(key), Some(count)) = (
            self.pickle.text(kind),
            self.pickle.get(class),
            self.pickle.text(key).filter(|key| key.len() <= MAX_KEY_BYTES),
            self.pickle.size(count),
        ) else {
            return damaged("its storage is badly named");
        };
        let stored = number_type(class)?;
        let Some(data) = self.entries.get(&format!("data/{key}")) else {
            return damaged(&format!("its storage data/{} is missing", shown(key)));
        };
        if count.checked_mul(stored.bytes() as u64) != Some(data.len) {
            let found = data.len;
            return damaged(&format!(
                "its storage data/{} has {found} bytes: expected {count} numbers",
                shown(key)
            ));
        }
        Ok((stored, data))
    }
}

fn number_type(class: &str) -> Outcome<Stored> {
    match class {
        "FloatStorage" => Ok(Stored::F32),
        "HalfStorage" => Ok(Stored::F16),
        "BFloat16Storage" => Ok(Stored::Bf16),
        _ => Err(Refusal::Unsupported(format!("a tensor of numbers in a {class}"))),
    }
}

/// Whether each axis strides over exactly what the later ones hold. An axis of one number is never
/// stepped along, and torch writes anything as its stride; so it is where there are no numbers.
fn in_c_order(view: &View) -> bool {
    let mut expected = 1_u64;
    for (side, stride) in view.shape.iter().zip(&view.strides).rev() {
        if *side > 1 && *stride != expected {
            return view.shape.contains(&0);
        }
        // Saturated, it is no stride that a storage could hold; bounds are the caller's.
        expected = expected.saturating_mul((*side).max(1));
    }
    true
}

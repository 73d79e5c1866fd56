//! What a pickle holds, as plain data: values in one flat list that refer to each other by index.
//!
//! Indices instead of boxes make sharing cost nothing (a "billion laughs" stays as small as it is
//! written), a list that holds itself harmless, and dropping a million nested lists flat.

/// A value's place in [`Pickle`].
pub(super) type Id = usize;

#[derive(Debug)]
pub(super) enum Value {
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// About how many: nothing here reads them.
    Bytes(usize),
    Tuple(Vec<Id>),
    /// A list or a set.
    List(Vec<Id>),
    /// Also an `OrderedDict`; in written order, a key may be there twice.
    Dict(Vec<(Id, Id)>),
    Global(Global),
    /// What `by` would make of a tuple of arguments. Nothing is made: the reader looks inside.
    Call {
        by: Global,
        arguments: Id,
    },
    /// A reference to something outside the pickle; for torch a tuple that names a storage.
    Persistent(Id),
}

/// The names a pickle may use. None of them is ever imported or called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    Set,
    Bytes,
    /// How protocol 2 spells bytes: as text to be encoded.
    Encode,
    /// Transformer engine's `_extra_state`: a pickle as bytes, never looked at.
    BytesIo,
    Tensor,
    /// A tensor whose number type has no storage class of its own.
    NewerTensor,
    Parameter,
    Size,
    /// The class's name.
    Storage(&'static str),
    /// A torch dtype.
    Dtype,
}

/// torch's storage classes, from its list of dtypes; quantised ones are left out.
const STORAGES: [&str; 12] = [
    "FloatStorage",
    "HalfStorage",
    "BFloat16Storage",
    "DoubleStorage",
    "LongStorage",
    "IntStorage",
    "ShortStorage",
    "CharStorage",
    "ByteStorage",
    "BoolStorage",
    "ComplexFloatStorage",
    "UntypedStorage",
];

const DTYPES: [&str; 20] = [
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "bool",
    "complex32",
    "complex64",
    "complex128",
];

impl Global {
    /// The whole list of what is let in. Python 2's `__builtin__` is how protocol 2 says `builtins`.
    pub(super) fn named(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("builtins" | "__builtin__", "set" | "frozenset") => Self::Set,
            ("builtins" | "__builtin__", "bytes") => Self::Bytes,
            ("_codecs", "encode") => Self::Encode,
            ("_io", "BytesIO") => Self::BytesIo,
            ("torch._utils", "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._utils", "_rebuild_tensor_v3") => Self::NewerTensor,
            ("torch._utils", "_rebuild_parameter") => Self::Parameter,
            ("torch", "Size") => Self::Size,
            ("torch", _) if DTYPES.contains(&name) => Self::Dtype,
            ("torch" | "torch.storage", _) => {
                Self::Storage(STORAGES.into_iter().find(|storage| *storage == name)?)
            }
            _ => return None,
        })
    }
}

/// A pickle that has been read to its end.
#[derive(Debug)]
pub(super) struct Pickle {
    pub(super) values: Vec<Value>,
    pub(super) root: Id,
}

impl Pickle {
    pub(super) fn get(&self, id: Id) -> &Value {
        &self.values[id]
    }

    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn dict(&self, id: Id) -> Option<&[(Id, Id)]> {
        match self.get(id) {
            Value::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    pub(super) fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// A number that can be a size or an offset.
    pub(super) fn size(&self, id: Id) -> Option<u64> {
        match self.get(id) {
            Value::Int(n) => u64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// A value in a few words, for messages.
    pub(super) fn describe(&self, id: Id) -> String {
        match self.get(id) {
            Value::Nothing => "nothing".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => format!("the number {value}"),
            Value::Float(value) => format!("the number {value}"),
            Value::Text(text) => format!("text of {} bytes", text.len()),
            Value::Bytes(count) => format!("{count} bytes"),
            Value::Tuple(items) | Value::List(items) => format!("a list of {}", items.len()),
            Value::Dict(entries) => format!("a dict of {}", entries.len()),
            Value::Global(global) | Value::Call { by: global, .. } => format!("a {global:?}"),
            Value::Persistent(_) => "a storage".to_owned(),
        }
    }
}

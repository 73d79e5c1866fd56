//! Which files of a repository make a model. They are found in its list, never by a name known before.

use crate::access::Listed;
use crate::cache::{is_archive, is_complete, is_part};
use crate::{Error, Result};

/// Of a path inside a repository; the hub's own limit is not known.
const MOST_CHARACTERS: usize = 255;

/// The only `.nemo` file; else the weights, configuration and tokenizer of a Hugging Face model.
///
/// # Errors
/// [`Error::Incomplete`] if it has neither, or more than one `.nemo` file.
pub(super) fn files(repo: &str, listed: Vec<Listed>) -> Result<Vec<Listed>> {
    let incomplete = || Error::Incomplete(repo.to_owned());
    let safe: Vec<Listed> = listed.into_iter().filter(|file| is_safe(&file.name)).collect();
    let (archives, others): (Vec<_>, Vec<_>) =
        safe.into_iter().partition(|file| is_archive(&file.name));
    if !archives.is_empty() {
        return (archives.len() == 1).then_some(archives).ok_or_else(incomplete);
    }
    let mut parts: Vec<Listed> = others.into_iter().filter(is_model_file).collect();
    if !is_complete(&parts.iter().map(|file| file.name.as_str())) {
        return Err(incomplete());
    }
    // What is small comes first: what is wrong with it shows before 17 GB were fetched.
    parts.sort_by_key(|file| file.bytes);
    Ok(parts)
}

fn is_model_file(file: &Listed) -> bool {
    !file.name.contains('/') && is_part(&file.name)
}

/// It becomes a path on this machine.
fn is_safe(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with(['.', ' '])
            && !part.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c))
    };
    name.len() <= MOST_CHARACTERS && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Option<Vec<String>> {
        let listed = names.iter().map(|name| Listed { name: (*name).to_owned(), bytes: 1 });
        let files = files("a/b", listed.collect()).ok()?;
        Some(files.into_iter().map(|file| file.name).collect())
    }

    #[test]
    fn a_nemo_file_is_found_whatever_it_is_called() {
        assert_eq!(chosen(&["README.md", "deep/Some.nemo"]), Some(vec!["deep/Some.nemo".into()]));
        assert_eq!(chosen(&["a.nemo", "b.nemo"]), None, "which one is meant?");
        let both = ["config.json", "model.safetensors", "tokenizer.json", "x.nemo"];
        assert_eq!(chosen(&both), Some(vec!["x.nemo".into()]));
    }

    #[test]
    fn a_hugging_face_model_is_its_weights_configuration_and_tokenizer() {
        let files = ["config.json", "model.safetensors", "tokenizer.model", "x.bin", "o/m.json"];
        assert_eq!(chosen(&files).expect("a model").len(), 3, "no pickle, no folder");
        assert_eq!(chosen(&["config.json", "model.safetensors"]), None);
        let near = ["generation_config.json", "model.safetensors", "tokenizer_config.json"];
        assert_eq!(chosen(&near), None, "neither a configuration nor a tokenizer");
        let half = ["config.json", "tokenizer.json", "model-00001-of-00002.safetensors"];
        assert_eq!(chosen(&half), None, "the other half is missing");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_taken() {
        for name in ["../x.nemo", "/etc/x.nemo", "a/../x.nemo", "a//x.nemo", ".x.nemo", "C:x.nemo"]
        {
            assert_eq!(chosen(&[name]), None, "{name}");
        }
        assert_eq!(chosen(&["a\\x.nemo", "a\nx.nemo", &format!("{}.nemo", "x".repeat(300))]), None);
    }
}

//! The threads that compute.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Result};

/// A decode step hands out work a few hundred times, and memory feeds only so many cores: more
/// threads than this wait for each other longer than they compute.
const MOST: usize = 32;

/// A pool of `count` threads, or of a sensible number. Threads without work sleep.
///
/// # Errors
/// [`Error::Panicked`] when the system gives no threads.
pub(crate) fn pool(count: Option<usize>) -> Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(count.unwrap_or_else(sensible))
        .thread_name(|i| format!("engine-{i}"))
        .build()
        .map_err(|e| Error::Panicked(e.to_string()))
}

/// One per core this process may use. The second thread of a core would only share its arithmetic
/// units; slow cores beside fast ones simply take fewer of the small tasks.
fn sensible() -> usize {
    let allowed = std::thread::available_parallelism().map_or(1, usize::from);
    num_cpus::get_physical().clamp(1, allowed.min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_threads_as_asked_for_or_no_more_than_there_are_cores() {
        assert_eq!(pool(Some(3)).expect("a pool").current_num_threads(), 3);
        let cores = std::thread::available_parallelism().expect("cores").get();
        let sensible = pool(None).expect("a pool").current_num_threads();
        assert!((1..=cores.min(MOST)).contains(&sensible), "{sensible} of {cores}");
    }
}

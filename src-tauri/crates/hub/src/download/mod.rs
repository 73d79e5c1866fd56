//! Getting a large file onto the disk so that no byte of it is fetched twice.
//!
//! | module | what it does |
//! |---|---|
//! | `patience` | how long to wait after a failure, and when to give up |
//! | `partial` | the bytes that are here, hashed as they come |

mod partial;
mod patience;

pub use partial::Partial;
pub use patience::Patience;

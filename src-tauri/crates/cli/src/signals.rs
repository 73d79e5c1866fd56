//! Ctrl+C, and being told to end.

/// Listens from now on; the future ends with the first signal. Needs a runtime.
#[cfg(unix)]
pub(crate) fn listen() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens from now on; the future ends with the first signal. Needs a runtime.
#[cfg(windows)]
pub(crate) fn listen() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    // WebKitGTK shows an empty window on NVIDIA's driver unless this is off (tauri issue 9394), and
    // draws slowly without a GPU.
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        // SAFETY: this is the first statement of main, before any other thread exists.
        #[expect(unsafe_code, reason = "the variable must be set before GTK starts")]
        unsafe {
            std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
    }
    nemotron_playground::run()
}

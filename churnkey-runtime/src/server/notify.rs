//! Notifications to the service manager, in the protocol of `sd_notify`.

/// Sends a state, such as `READY=1`, to the socket in `NOTIFY_SOCKET`, if the variable is set.
pub(super) fn notify(state: &str) {
    #[cfg(unix)]
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty())
        && let Err(error) = send(&socket, state)
    {
        crate::events::emit(|| {
            tracing::warn!(%error, state, "cannot notify the service manager");
        });
    }
    #[cfg(not(unix))]
    let _ = state;
}

#[cfg(unix)]
fn send(socket: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    use std::os::unix::net::UnixDatagram;

    let datagram = UnixDatagram::unbound()?;
    #[cfg(target_os = "linux")]
    {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::ffi::OsStrExt as _;

        // A name outside of the file system.
        if let Some(name) = socket.as_bytes().strip_prefix(b"@") {
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
            return datagram.send_to_addr(state.as_bytes(), &address).map(drop);
        }
    }
    datagram.send_to(state.as_bytes(), socket).map(drop)
}

//! The number of files that the process may have open.

use super::announce::announce_warning;
use super::listener::MAX_REJECTING;

/// The files beside connections: the log, the database, timers and the listener.
const OTHERS: usize = 64;

/// Warns if the limit of open files is below what `max_connections` needs.
pub(super) fn check_limit(max_connections: usize) {
    let needed = max_connections
        .saturating_add(MAX_REJECTING)
        .saturating_add(OTHERS);
    if let Some(limit) = limit()
        && limit < needed
    {
        announce_warning(&format!(
            "the process may have {limit} files open, and {max_connections} connections need \
             {needed}: raise `ulimit -n` (`LimitNOFILE` in systemd), or lower \
             `Server::max_connections`"
        ));
    }
}

/// The soft limit, which only Linux shows in a file. `None` if it is unlimited or unknown.
fn limit() -> Option<usize> {
    parse(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

fn parse(limits: &str) -> Option<usize> {
    let mut lines = limits.lines();
    let files = lines.find_map(|line| line.strip_prefix("Max open files"))?;
    files.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_limit_of_files_is_found() {
        let limits = |soft: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units     \n\
                 Max processes             7823                 7823                 processes \n\
                 Max open files            {soft:<20} 524288               files     \n"
            )
        };
        assert_eq!(parse(&limits("1024")), Some(1024));
        assert_eq!(parse(&limits("unlimited")), None);
        assert_eq!(parse(""), None);
    }
}

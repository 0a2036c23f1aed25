//! Whether servers of a host listen, as its kernel tells: nothing is sent that a capture would show.

use crate::host::{Host, Process};
use std::fs;
use std::io::{Error, Result};
use std::thread;
use std::time::{Duration, Instant};

/// Waits until all TCP ports are open.
pub(super) fn wait(host: &Host, process: &mut Process, ports: &[u16], limit: Duration) -> Result<()> {
    let until = Instant::now() + limit;
    loop {
        let mut open = Vec::new();
        for table in ["tcp", "tcp6"] {
            // A kernel may have no IPv6.
            let text = fs::read_to_string(format!("/proc/{}/net/{table}", host.first())).unwrap_or_default();
            open.extend(listening(&text));
        }
        let missing: Vec<&u16> = ports.iter().filter(|port| !open.contains(port)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if let Some(status) = process.try_wait()? {
            return Err(Error::other(format!("ended: {status}")));
        }
        if Instant::now() > until {
            return Err(Error::other(format!("ports {missing:?} stay closed")));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The ports of a table of sockets that are in the state LISTEN.
fn listening(table: &str) -> impl Iterator<Item = u16> {
    const LISTEN: &str = "0A";
    table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (_, port) = words.next()?.rsplit_once(':')?;
        (words.nth(1)? == LISTEN).then(|| u16::from_str_radix(port, 16).ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n   \
             0: 00000000:0058 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n   \
             1: 0100007F:01BD 0100007F:C000 01 00000000:00000000 00:00000000 00000000\n";
        assert_eq!(listening(table).collect::<Vec<_>>(), [88]);
    }
}

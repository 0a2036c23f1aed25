//! The cables between hosts, and what makes them look like Windows on the wire.

use super::{Host, Program};
use crate::site::{Family, Leg};
use std::io::Result;
use std::time::Duration;

/// The router's interface towards the client.
pub const LAN: &str = "lan0";
/// The router's interface towards the controller.
pub const WAN: &str = "wan0";
/// The interface of the client and of the controller.
pub const PORT: &str = "eth0";

/// Time to live of the hosts' packets; the router's own have 64.
pub const HOPS: u8 = 128;

/// Plugs `host` into the router's interface `side`, and gives both the addresses of `leg`.
///
/// Packets look as Windows sends them, and a capture shows what a wire would carry: nothing is left to a
/// network card. The router's kernel forwards nothing.
///
/// # Errors
/// When a setting isn't accepted.
pub fn connect(host: &Host, router: &Host, side: &str, leg: &Leg, family: Family) -> Result<()> {
    let peer = router.first();
    let mut ours = format!(
        "ip link add {PORT} mtu 1500 type veth peer name {side} mtu 1500 netns {peer}\n{}",
        quiet(PORT)
    );
    ours.push_str(&set("ipv4/ip_default_ttl", &HOPS.to_string()));
    ours.push_str(&set(&format!("ipv6/conf/{PORT}/hop_limit"), &HOPS.to_string()));
    ours.push_str(&set("ipv4/tcp_timestamps", "0"));
    ours.push_str(&set("ipv4/tcp_ecn", "0"));
    // Windows sends a SYN three times.
    ours.push_str(&set("ipv4/tcp_syn_retries", "2"));
    // Kernels from 6.5 on send a few more before they begin to count.
    let linear = "/proc/sys/net/ipv4/tcp_syn_linear_timeouts";
    ours.push_str(&format!("if [ -e {linear} ]; then echo 0 >{linear}; fi\n"));
    ours.push_str(&set("ipv4/ip_local_port_range", "49152 65535"));
    let mut theirs = quiet(side);
    theirs.push_str(&set("ipv4/ip_forward", "0"));
    theirs.push_str(&set("ipv6/conf/all/forwarding", "0"));
    if family.has_v4() {
        let Leg { host, router, .. } = leg;
        ours.push_str(&format!("ip address add {host}/24 dev {PORT}\nip route add default via {router}\n"));
        theirs.push_str(&format!("ip address add {router}/24 dev {side}\n"));
    }
    if family.has_v6() {
        let Leg { host6, router6, .. } = leg;
        ours.push_str(&format!(
            "ip address add {host6}/64 dev {PORT} nodad\nip -6 route add default via {router6} dev {PORT}\n"
        ));
        theirs.push_str(&format!("ip address add {router6}/64 dev {side} nodad\n"));
    }
    shell(host, &ours)?;
    shell(router, &theirs)
}

/// Switches an interface on that says nothing by itself and leaves nothing to a network card.
fn quiet(interface: &str) -> String {
    let mut script = String::new();
    for (name, value) in [("addr_gen_mode", "1"), ("accept_ra", "0"), ("router_solicitations", "0")] {
        script.push_str(&set(&format!("ipv6/conf/{interface}/{name}"), value));
    }
    // Some can't be switched where others are off already.
    for feature in ["tx", "rx", "sg", "tso", "gso", "gro"] {
        script.push_str(&format!("ethtool -K {interface} {feature} off >/dev/null 2>&1 || [ $? -ne 127 ]\n"));
    }
    script.push_str(&format!("ip link set lo up\nip link set {interface} up\n"));
    script
}

fn set(name: &str, value: &str) -> String {
    format!("echo '{value}' >/proc/sys/net/{name}\n")
}

/// Runs a script of the machine's shell in the network of `host`.
fn shell(host: &Host, script: &str) -> Result<()> {
    let program = Program::new(["sh", "-ex"]).stdin(script);
    host.configure(&program, Duration::from_secs(20))?.ok(host.name())?;
    Ok(())
}

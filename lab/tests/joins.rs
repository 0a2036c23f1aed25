//! Every client joins the real controller. Takes root, Debian's packages and minutes: `cargo test -- --ignored`.

#![cfg(target_os = "linux")]

use adjoin_lab::client::{Join, Tool};
use adjoin_lab::domain::{Domain, Setting};
use adjoin_lab::host::{self, Host, LAN, Program, Root, WAN};
use adjoin_lab::site::{PASSWORD, Site};
use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn cache() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    target.join("lab")
}

/// What a join with these settings prints, and whether it succeeded.
fn play(site: &Site, tool: Tool, user: &str, password: &str, settings: &[Setting]) -> (bool, String) {
    let cache = cache();
    let begin = Instant::now();
    let domain = Domain::of(site, &cache).unwrap();
    let router = Host::new("router", &Root::default()).unwrap();
    let dc = Host::new(&site.dc, &domain.root()).unwrap();
    let client = Host::new(&site.client, &tool.root(&cache).unwrap()).unwrap();
    host::connect(&dc, &router, WAN, &site.dc_leg, site.family).unwrap();
    host::connect(&client, &router, LAN, &site.client_leg, site.family).unwrap();
    let forward = "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding";
    router.run_outside(&Program::new(["sh", "-c", forward]), Duration::from_secs(5)).unwrap();
    let hosts = begin.elapsed();
    let log = env::temp_dir().join(format!("adjoin-lab-{}-{tool:?}.log", std::process::id()));
    let controller = domain.start(&dc, settings, &log).unwrap();
    let started = begin.elapsed();
    let join = Join { site, user, password, domain: &site.domain(), clock: 0 };
    let command = tool.command(&join);
    for (path, content) in &command.files {
        client.write(path, content).unwrap();
    }
    let finished = client.run(&command.program, Duration::from_secs(90)).unwrap();
    let joined = tool.joined(finished.status.code(), &finished.output);
    println!(
        "{tool:?} {settings:?}: joined: {joined}, {}; hosts {hosts:.1?}, controller {:.1?}, join {:.1?}",
        finished.status,
        started - hosts,
        finished.time
    );
    drop(controller);
    std::fs::remove_file(log).unwrap();
    (joined, finished.output)
}

/// Prints it all: these are for those who change the lab.
#[test]
#[ignore = "takes root and minutes"]
fn every_tool_joins() {
    let [site, ..] = Site::all();
    let only = env::var("LAB_TOOL").ok();
    let mut failed = Vec::new();
    for tool in Tool::ALL {
        let fails = matches!(
            tool,
            Tool::AdcliLdapsStrict | Tool::WinjoinPlainLdap | Tool::WinjoinWrongMachinePassword
        );
        if only.as_ref().is_some_and(|only| *only != format!("{tool:?}")) {
            continue;
        }
        let settings = if tool == Tool::AdcliLdaps { vec![Setting::SaslOverTls] } else { Vec::new() };
        let (joined, output) = play(&site, tool, "Administrator", PASSWORD, &settings);
        if joined == fails {
            println!("{output}");
            failed.push(tool);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

//! Every client joins the real controller. Takes root, Debian's packages and minutes: `cargo test -- --ignored`.

#![cfg(target_os = "linux")]

use adjoin_lab::client::{Join, Tool};
use adjoin_lab::domain::{Domain, Setting};
use adjoin_lab::host::{self, Host, LAN, Root, WAN};
use adjoin_lab::router::{self, Plan};
use adjoin_lab::site::{Family, Leg, PASSWORD, Site};
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
    let running = router::start(&router.network(), LAN, WAN, Plan::default()).unwrap();
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
    running.stop().unwrap();
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

/// A setting, who joins with what, and whether the join succeeds.
type Case = (Tool, &'static str, &'static str, Vec<Setting>, bool);

#[test]
#[ignore = "takes root and minutes"]
fn settings_do_what_they_say() {
    use Setting::*;
    let [site, ..] = Site::all();
    let name = || "joiner".to_owned();
    let computer = || Computer(site.client.clone());
    let with = |more: Vec<Setting>| [vec![User(name()), MayCreate(name())], more].concat();
    let cases: Vec<Case> = vec![
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![]), true),
        (Tool::NetAdsKerberos, "joiner", PASSWORD, with(vec![]), true),
        (Tool::WinjoinLdap, "joiner", PASSWORD, with(vec![]), true),
        (Tool::WinjoinLdap, "joiner", PASSWORD, vec![User(name()), Quota(0)], false),
        (Tool::WinjoinLdap, "Administrator", PASSWORD, vec![computer()], true),
        (Tool::WinjoinLdap, "joiner", PASSWORD, with(vec![computer()]), false),
        (Tool::Winjoin, "joiner", PASSWORD, vec![User(name()), Quota(0)], false),
        (Tool::Winjoin, "joiner", PASSWORD, vec![User(name())], false),
        (Tool::Winjoin, "joiner", PASSWORD, vec![User(name()), ManyGroups(name())], true),
        (Tool::Winjoin, "Administrator", "wrong", vec![], false),
        (Tool::WinjoinNtlm, "Administrator", "wrong", vec![], false),
        (Tool::Winjoin, "nobody9", PASSWORD, vec![], false),
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![Disabled(name())]), false),
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![Expired(name())]), false),
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![Locked(name())]), false),
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![MustChangePassword(name())]), false),
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![NoLogonHours(name())]), false),
        (Tool::WinjoinNtlm, "joiner", PASSWORD, with(vec![OtherWorkstation(name())]), false),
        (Tool::WinjoinNtlm, "joiner", PASSWORD, with(vec![Disabled(name())]), false),
        (Tool::WinjoinNtlm, "joiner", PASSWORD, with(vec![Locked(name())]), false),
        (Tool::Impacket, "joiner", PASSWORD, with(vec![MustChangePassword(name())]), false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![computer()], true),
        (Tool::WinjoinNoReuse, "Administrator", PASSWORD, vec![computer()], false),
        (Tool::Winjoin, "joiner", PASSWORD, with(vec![computer()]), false),
        (Tool::NetAdsKerberos, "joiner", PASSWORD, with(vec![computer()]), false),
        (Tool::Impacket, "Administrator", PASSWORD, vec![EncryptSmb], true),
        (Tool::Impacket, "Administrator", PASSWORD, vec![EncryptSmb, computer()], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoSpn], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoKdc], false),
        (Tool::Adcli, "Administrator", PASSWORD, vec![NoLdap], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoSmb], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoEndpointMapper], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoDrsuapi], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoNetlogon], false),
        (Tool::NetAdsNtlm, "Administrator", PASSWORD, vec![NoNtlm], false),
        (Tool::WinjoinPlainLdap, "Administrator", PASSWORD, vec![StrongAuth], false),
        (Tool::AdcliLdaps, "Administrator", PASSWORD, vec![], false),
        (Tool::WinjoinOldDialect, "Administrator", PASSWORD, vec![MinDialect("SMB3_11".to_owned())], false),
        (Tool::NetAdsDnsUpdate, "Administrator", PASSWORD, vec![NoDnsUpdates], true),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![OtherDc([172, 20, 9, 77].into())], true),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoSrv], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![NoAddress], false),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![OtherSite("172.20.40.0/24".to_owned())], true),
        (Tool::Winjoin, "Administrator", PASSWORD, vec![Clock(3600)], false),
        (Tool::Adcli, "Administrator", PASSWORD, vec![Clock(3600)], false),
    ];
    let only = env::var("LAB_CASE").ok();
    let mut failed = Vec::new();
    for (number, (tool, user, password, settings, expected)) in cases.into_iter().enumerate() {
        let what = format!("{number} {tool:?} {settings:?}");
        if only.as_ref().is_some_and(|only| !what.contains(only)) {
            continue;
        }
        let (joined, output) = play(&site, tool, user, password, &settings);
        let lines: Vec<_> = output.lines().collect();
        println!("  | {}", lines[lines.len().saturating_sub(8)..].join("\n  | "));
        if joined != expected {
            println!("  EXPECTED {expected}");
            failed.push(what);
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
#[ignore = "takes root and minutes"]
fn every_site_and_family_joins() {
    let [one, two, three] = Site::all();
    // A controller may be somewhere else than where it was provisioned.
    let leg = Leg::of([10, 9, 8, 7].into(), "fd00:9::7".parse().unwrap());
    let moved = Site { dc_leg: leg, family: Family::Both, ..three };
    let sites = [Site { family: Family::V6, ..one }, Site { family: Family::Both, ..two }, moved];
    let mut failed = Vec::new();
    for site in sites {
        for tool in
            [Tool::Winjoin, Tool::NetAdsKerberos, Tool::Adcli, Tool::Msktutil, Tool::SambaTool, Tool::Realm]
        {
            let (joined, output) = play(&site, tool, "Administrator", PASSWORD, &[]);
            if !joined {
                println!("{output}");
                failed.push((site.realm.clone(), tool));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

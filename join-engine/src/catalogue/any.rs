//! Findings of no phase of their own: the analyser, the capture, and what can hit every phase.

use super::Stage;

findings! {
    Stage::Any, 0;

    INTERNAL = "ADJOIN-INTERNAL", Error, Internal {
        title: "Internal error of adjoin; the rest of the capture is still analysed",
        what: "Adjoin ran into a fault of its own on this frame and left it out.",
        why: "This is a bug of adjoin and says nothing about your network.",
        fix: "Report it, with the frame if you may share it; the verdict on the rest of the capture is \
            still usable.",
        settle: "The same frame gives the same error again.",
        filter: "adjoin.finding == \"ADJOIN-INTERNAL\"",
    }

    MALFORMED = "ADJOIN-MALFORMED", Warning, Malformed {
        title: "The message contradicts its specification",
        what: "A message breaks the rules of its own protocol, and adjoin stopped reading it at the place \
            shown.",
        why: "Either the sender is faulty or a device on the way changed the octets. A message that the \
            capture merely cut short is not reported like this.",
        fix: "Look at the place in the packet bytes pane, update the software of the sender, and take \
            inspection devices out of the path for a test.",
        settle: "A capture at the sender shows whether the message left in this form.",
        filter: "_ws.malformed || adjoin.finding == \"ADJOIN-MALFORMED\"",
    }

    QUAL_SNAPLEN = "QUAL-SNAPLEN", Note, Sequence {
        title: "The capture holds only the start of each frame",
        what: "Frames were cut when they were captured, so the ends of long messages are missing.",
        why: "A snap length was set. Certificates, tickets and status codes beyond the cut can't be read, \
            so some causes stay open.",
        fix: "Capture again with full frames: `tshark -s 0`, `tcpdump -s 0`, `pktmon start --capture \
            --pkt-size 0`.",
        settle: "",
        filter: "frame.cap_len < frame.len",
    }

    QUAL_ONEWAY = "QUAL-ONEWAY", Note, Sequence {
        title: "Only one direction was captured",
        what: "One side of the conversation never appears although its acknowledgements prove that it spoke.",
        why: "A mirror port that copies only one direction, or asymmetric routing past the capture point, \
            hides half of the talk.",
        fix: "Mirror both receive and transmit of the port, or capture on the client itself: `pktmon start \
            --capture --pkt-size 0`.",
        settle: "",
        filter: "tcp.analysis.ack_lost_segment",
    }

    QUAL_LATE = "QUAL-LATE", Note, Sequence {
        title: "The capture starts in the middle",
        what: "The capture begins after the join had started; connections are already open in its first \
            frames.",
        why: "Whatever decided the join's fate may lie before the first frame, so earlier phases are \
            unknown rather than missing.",
        fix: "Start the capture, run `ipconfig /flushdns` and `klist purge`, then start the join.",
        settle: "",
        filter: "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment",
    }

    QUAL_DROPS = "QUAL-DROPS", Note, Sequence {
        title: "The capture lost frames",
        what: "The receiver acknowledged octets that the capture doesn't contain and nobody sent them again.",
        why: "The capturing machine or the mirror port was too slow. The frames did cross the network, so \
            they must not be taken for network loss.",
        fix: "Capture with a filter (`host CLIENT`), a larger buffer (`dumpcap -B 64`), or on the client \
            itself.",
        settle: "A capture taken on an end point at the same time has the frames.",
        filter: "tcp.analysis.ack_lost_segment",
    }

    QUAL_SKEW = "QUAL-SKEW", Note, Sequence {
        title: "The clocks of the hosts differ",
        what: "Time stamps that a host wrote into its messages differ from the time of the capture.",
        why: "Clocks are apart, but so far nobody complained. Kerberos refuses above five minutes, and \
            logs are hard to match with packets.",
        fix: "Compare with `w32tm /stripchart /computer:DC /samples:3 /dataonly`, then `w32tm /resync` on \
            the host that is wrong.",
        settle: "The clock of the capturing machine may be the wrong one: compare the hosts with each other.",
        filter: "kerberos.stime || ntlmssp.version || smb2.current_time",
    }

    QUAL_SHORT = "QUAL-SHORT", Note, Sequence {
        title: "The capture ends too early to tell",
        what: "A request is still unanswered when the capture ends, and the client's own timer had not run \
            out by then.",
        why: "Silence counts only when it lasts longer than the sender is prepared to wait. This one was \
            cut off by the end of the recording.",
        fix: "Repeat the join and keep capturing until the client reports its error, plus one minute.",
        settle: "A capture that runs on for at least 65 seconds after the last request decides.",
        filter: "",
    }

    QUAL_MANY = "QUAL-MANY", Note, Sequence {
        title: "The capture holds more than adjoin keeps in memory",
        what: "There are more clients, connections or joins than there is room for, so less is told of some of them.",
        why: "Memory has bounds that don't grow with the capture. Nothing is missing in the capture itself, but of \
            what was forgotten nothing can be said, and who was judged early may have gone on.",
        fix: "Read a part of the capture, one client or a shorter time: `tcpdump -r FILE -w PART host ADDRESS`, then \
            `adjoin report PART`.",
        settle: "A report on a part that is small enough has no such remark.",
        filter: "",
    }

    SEALED = "SEALED", Error, Sequence {
        title: "The failure is inside encrypted traffic",
        what: "The join ends after an exchange whose content is encrypted, and no message in the clear \
            says why.",
        why: "LDAP and RPC are sealed during a join, and SMB 3 may be. Sizes and order of the messages \
            hint at the step, not at the reason.",
        fix: "Read `%windir%\\debug\\NetSetup.LOG` on the client: it holds the LDAP or RPC error. On Linux \
            repeat with `adcli join -v` or `net ads join -d 5`.",
        settle: "The client's log settles it, or the keys do: a keytab in Wireshark's Kerberos \
            preferences, or the client's TLS key log.",
        filter: "ldap.gssapi_encrypted_payload || dcerpc.auth_level == 6",
    }

    DC_VANISHED = "DC-VANISHED", Error, Sequence {
        title: "The DC stopped answering in the middle of the join",
        what: "The DC answered until a certain moment; after it, nothing came from its address on any port.",
        why: "The host crashed, restarted or lost its network, or a rule that blocks the client came into \
            force, as an intrusion prevention system would do.",
        fix: "Check the DC's System event log for that second (events 41, 1074, 6008) and the block list \
            of the firewall, then `Test-NetConnection DC -Port 445`.",
        settle: "A capture on the DC: if requests still arrive there, the host is at fault, otherwise the \
            path.",
        filter: "tcp.analysis.retransmission || tcp.flags.syn == 1",
    }

    NET_TTL = "NET-TTL", Error, Response {
        title: "Packets run in circles or too far",
        what: "A router reported that a packet of the join used up its hop limit before it reached the DC.",
        why: "Two routers send the packet back and forth, or the sender's initial hop limit is set too low.",
        fix: "Run `tracert -d DC` and repair the route at the two hops that alternate; check `DefaultTTL` \
            on the sender.",
        settle: "",
        filter: "icmp.type == 11 || icmpv6.type == 3",
    }

    NET_MTU = "NET-MTU", Note, Sequence {
        title: "The path takes only smaller packets; the join survived it",
        what: "Full-size packets got lost on the way until the sender fell back to smaller ones.",
        why: "The MTU of a tunnel or WAN link is smaller than that of the LAN and the ICMP message that \
            would say so is missing. It costs seconds at each connection and breaks other clients.",
        fix: "Find the size with `ping -f -l 1472 DC` (lower it until it passes), allow ICMP type 3 code \
            4, or clamp the MSS on the tunnel.",
        settle: "The ping with the largest size that passes gives the MTU: that size plus 28.",
        filter: "tcp.analysis.retransmission || icmp.code == 4",
    }

    NET_LOSS = "NET-LOSS", Note, Sequence {
        title: "The network loses packets; the join survived it",
        what: "More packets than usual had to be sent again, of all sizes and in no pattern.",
        why: "A bad cable, a duplex mismatch, weak radio or an overloaded link. The join got through; the \
            next one may time out.",
        fix: "Look at the error counters of switch ports and network cards (`Get-NetAdapterStatistics`), \
            and run `pathping DC`.",
        settle: "Captures at both ends show on which leg the packets disappear.",
        filter: "tcp.analysis.retransmission || tcp.analysis.fast_retransmission",
    }

    NET_RSTCLOSE = "NET-RSTCLOSE", Chat, Sequence {
        title: "A reset that only closes a finished connection",
        what: "The server answered the client's FIN with a reset after the last message was done.",
        why: "Windows closes LDAP and SMB connections like this to free them at once. Nothing was lost.",
        fix: "Nothing to do.",
        settle: "",
        filter: "tcp.flags.reset == 1",
    }

    NET_RSTUNSENT = "NET-RSTUNSENT", Chat, Sequence {
        title: "A reset that follows from the client's giving up",
        what: "After the client closed the connection, the server reset it because it still had data to \
            deliver.",
        why: "The reset is an effect. The cause lies earlier: the client had waited in vain for that data.",
        fix: "Look for what made the client close; don't chase the reset.",
        settle: "",
        filter: "tcp.flags.reset == 1",
    }

    NET_MIDSTREAM = "NET-MIDSTREAM", Chat, Sequence {
        title: "A connection older than the capture",
        what: "The first frame of this connection is not its beginning, so analysers speak of missing \
            segments.",
        why: "It was open before the capture started.",
        fix: "Nothing to do.",
        settle: "",
        filter: "tcp.analysis.lost_segment",
    }

    DC_OTHER = "DC-OTHER", Chat, Sequence {
        title: "Another DC failed, and the client did without it",
        what: "A DC that was not chosen for this join didn't answer or refused.",
        why: "DNS lists several DCs and the client tries them until one suits. Only the chosen one decides \
            the join.",
        fix: "Nothing to do for this join; check that DC with `dcdiag /s:DC` when you have time.",
        settle: "",
        filter: "tcp.flags.reset == 1 || icmp.type == 3",
    }

    RPC_FAULT = "RPC-FAULT", Warning, Response {
        title: "The RPC call ended in a fault",
        what: "The server answered an RPC call with a fault and a status code instead of a result.",
        why: "The status tells: a call that doesn't exist there, arguments that it couldn't read, or a \
            rule that forbids the call.",
        fix: "Look the status up (`err` or `certutil -error 0xCODE`) and the server's event log at that \
            second; update the older of the two sides.",
        settle: "The status in the fault names the reason; without it only the server's log does.",
        filter: "dcerpc.pkt_type == 3",
    }

    LOG_STATUS = "LOG-STATUS", Note, Response {
        title: "The client's log tells of an error",
        what: "A line of Netsetup.log that stands between the packets has a status that is no success, and \
            nothing in the log says that it is normal there.",
        why: "The client wrote down what a step came to. The packets that the line names, and those right \
            before it, show why; later lines often repeat the status of the first.",
        fix: "Follow `adjoin.log.packet_in` from the first such line to its packets, and look up the status \
            with `adjoin explain`.",
        settle: "",
        filter: "adjoin.log.status != 0 && !adjoin.log.normal",
    }
}

internal import Beehive

/// The modules of the node, their mailboxes and their socket.
extension Metrics {
    private static let known: Set<ModuleName> = [.edged, .edgeMesh, .twin, .eventBus, .serviceBus, .edgeFunction]
    /// Names of other modules are a local program's choice: they share one label, so that the set stays closed.
    private static let names = known.map(\.rawValue).sorted() + ["other"]
    /// Why the module socket refuses; its own words, which a test compares.
    static let socketRefusals = [
        "already_attached", "attach_timeout", "bad_message", "name_refused", "no_id", "not_attached", "stopping",
        "too_large", "too_many_connections", "wrong_magic", "wrong_source", "other",
    ]

    static let modules: [Metric] = [
        .gauge("modules_known", "Modules that are attached, or whose mailbox is kept.") { $0.modules.count },
        .gauge("modules_attached", "Modules that are attached.") { $0.modules.count(where: \.isAttached) },
        mailbox("mailbox_depth", .gauge, "Messages that wait for a module.", \.depth),
        mailbox("mailbox_bytes", .gauge, "Bytes that wait for a module.", \.bytes),
        mailbox("mailbox_dropped_total", .counter, "Messages that a module's full mailbox dropped.", \.dropped),
        mailbox(
            "mailbox_coalesced_total", .counter, "Messages in whose place a later state of the same object came.",
            \.coalesced),
        .counter("undeliverable_total", "Messages for modules that nobody has ever attached as.") { $0.undeliverable },
        .gauge("module_connections", "Connections of the module socket.") { $0.socket?.connections },
        .of(
            "module_refused_total", .counter, [.init("reason", socketRefusals)],
            "Frames and connections of modules that were refused, by reason."
        ) { $0.socket.map { Metric.samples($0.refused, over: socketRefusals) } },
        .of(
            "module_frames_total", .counter, [.init("direction", ["received", "sent"])],
            "Messages over the module socket, by direction."
        ) { $0.socket.map { [.init($0.framesIn, "received"), .init($0.framesOut, "sent")] } },
        .counter("module_pauses_total", "How often a module was not read further because the loop had no room.") {
            $0.socket?.pauses
        },
    ]

    private static func mailbox(
        _ name: String, _ kind: PrometheusText.Kind, _ help: String,
        _ figure: @escaping @Sendable (Mailbox.Report) -> Int
    ) -> Metric {
        .of(name, kind, [.init("module", names)], help) { snapshot in
            var sums: [String: Int] = [:]
            func add(_ module: ModuleName, _ mailbox: Mailbox.Report) {
                sums[known.contains(module) ? module.rawValue : "other", default: 0] += figure(mailbox)
            }
            for listing in snapshot.modules { listing.mailbox.map { add(listing.info.name, $0) } }
            for (module, mailbox) in snapshot.retired { add(module, mailbox) }
            return Metric.samples(sums, over: names)
        }
    }
}

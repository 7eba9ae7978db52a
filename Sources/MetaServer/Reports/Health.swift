internal import Beehive
internal import MetaManager
internal import MetaStore

/// The health paths: which checks each has, and how they are told.
package struct Health: Sendable {
    let context: ServerContext

    /// Looks at the parts of a program.
    package init(context: ServerContext) { self.context = context }

    /// A check: its name, and what is wrong.
    package typealias Check = (name: String, problem: String?)

    /// Alive: worth keeping.
    ///
    /// A full disk is no reason to be restarted.
    func live() -> [Check] { [("ping", nil), ("loop", loopProblem)] }

    /// Ready: store open and writable, sockets bound, loop answering.
    ///
    /// The link never counts.
    package func ready() -> [Check] {
        let unbound = context.unboundSockets()
        var checks: [Check] = [
            ("ping", nil),
            ("store", context.report().storeProblem ?? context.care?.condition.problem),
            ("sockets", unbound.isEmpty ? nil : "not bound: \(unbound.joined(separator: ", "))"),
            ("loop", loopProblem),
        ]
        if let sealing = context.sealing {
            checks.append(("sealing", sealing.status == .locked ? sealing.problem : nil))
        }
        return checks
    }

    private var loopProblem: String? {
        let (now, beat) = (context.time.now().ticks, context.heartbeat())
        guard now > beat, now - beat > context.heartbeatLimit.nanoseconds else { return nil }
        return "the loop has not answered for \((now - beat) / 1_000_000_000) s"
    }

    /// Tells checks as Kubernetes does: `ok`, or each with what is wrong.
    static func answer(_ checks: [Check], name: String, isVerbose: Bool) -> APIResponse {
        let isWell = checks.allSatisfy { $0.problem == nil }
        guard isVerbose || !isWell else { return .text("ok") }
        var text = ""
        for check in checks {
            text += check.problem.map { "[-]\(check.name) failed: \($0)\n" } ?? "[+]\(check.name) ok\n"
        }
        text += "\(name) check \(isWell ? "passed" : "failed")\n"
        return .text(text, status: isWell ? 200 : 503)
    }
}

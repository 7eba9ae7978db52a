package import Beehive
package import Logging
package import MetaServer

/// Reads the configuration again and has the parts take it over, all of it or nothing; takes it back when the daemon does
/// not stay ready with it.
///
/// Belongs to one thread; what others see of it stands behind locks.
package struct Reloader {
    /// The names and problems of the checks of readiness.
    package typealias Checks = @Sendable () -> [ReloadTrial.Check]

    private let current: Lock<Configuration>
    private let figures: Lock<ConfigurationFigures>
    private let parts: [LivePart]
    private let read: @Sendable () throws -> Configuration
    private let checks: Checks
    private let time: any TimeSource
    private let logger: Logger
    /// Of the change that is not yet known to be good; nil when there is none.
    package private(set) var trial: ReloadTrial?

    /// Makes a reloader.
    ///
    /// - Parameters:
    ///   - current: what is in force; it alone changes it.
    ///   - figures: what is told of it.
    ///   - parts: who takes live settings over.
    ///   - read: reads the configuration.
    ///   - checks: how ready the daemon is.
    ///   - time: where the time comes from.
    ///   - logger: told of each reading.
    package init(
        current: Lock<Configuration>, figures: Lock<ConfigurationFigures>, parts: [LivePart],
        read: @escaping @Sendable () throws -> Configuration, checks: @escaping Checks,
        time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.current = current
        self.figures = figures
        self.parts = parts
        self.read = read
        self.checks = checks
        self.time = time
        self.logger = logger
    }

    /// Reads the configuration, and applies what of it is live.
    ///
    /// - Parameter isStopping: asked once it is read: then nothing is applied any more, and nothing told.
    package mutating func reload(unless isStopping: () -> Bool = { false }) {
        let old = current.withLock { $0 }
        let (new, merged): (Configuration, Configuration)
        do {
            new = try read()
            guard !isStopping() else { return }
        } catch {
            guard !isStopping() else { return }
            return refuse(lines(of: error), cure: "the daemon would not start with it: mend it")
        }
        do throws(ConfigurationError) {
            merged = try old.takingOver(new)
        } catch {
            let what = error.problems.map { "\($0), as long as the keys that want a restart are not in force" }
            return refuse(what, cure: "restart the daemon to have all of it")
        }
        let changed = old.differences(from: merged).map(\.name)
        let before = changed.isEmpty || trial != nil ? [] : checks()
        do {
            // Without a change too: a file that a key names may hold something else now.
            try apply(merged)
        } catch {
            return refuse(["\(error)"], cure: "mend it: a restart needs it too")
        }
        accept(new, merged, changed: changed)
        for notice in new.notices where !old.notices.contains(notice) { logger.notice("\(notice)") }
        guard !changed.isEmpty else { return }
        var trial = trial ?? ReloadTrial(confirmed: old, checks: before)
        trial.changed(changed, at: time.now().ticks)
        self.trial = trial
    }

    /// Looks whether the daemon is as ready as before; does nothing when no change is on trial.
    package mutating func look() {
        guard var trial else { return }
        let verdict = trial.look(checks(), at: time.now().ticks)
        self.trial = trial
        switch verdict {
        case .goOn: break
        case .passed: self.trial = nil
        case .failed(let check, let problem): takeBack(trial, because: "\(check) failed: \(problem)")
        }
    }

    /// One value takes the place of another; who asks the value itself and who was told of it differ for an instant only.
    private func apply(_ configuration: Configuration) throws {
        let changes = try parts.map { try $0.prepare(configuration.settings) }
        current.withLock { $0 = configuration }
        for change in changes { change() }
    }

    private func accept(_ new: Configuration, _ merged: Configuration, changed: [String]) {
        let pending = Self.pending(running: merged, file: new)
        let now = time.now().wall
        let isNews = figures.withLock { figures in
            figures.note(changed.isEmpty ? .unchanged : .applied, at: now)
            figures.problems = []
            defer { figures.pending = pending }
            return figures.pending != pending
        }
        let keys: Logger.Metadata = changed.isEmpty ? [:] : ["keys": "\(changed.joined(separator: ", "))"]
        logger.info("configuration reloaded\(changed.isEmpty ? ": no live key has changed" : "")", metadata: keys)
        if isNews, !pending.isEmpty {
            logger.warning(
                "some changed settings need a restart",
                metadata: ["keys": "\(pending.map(\.key).joined(separator: ", "))"])
        }
    }

    private func refuse(_ problems: [String], cure: String) {
        let now = time.now().wall
        figures.withLock { figures in
            figures.note(.refused, at: now)
            let path = figures.path ?? ""
            // The first tell enough; the others come when those are mended.
            figures.problems = problems.prefix(Self.maximumProblems).map {
                "\(path.isEmpty || $0.contains(path) ? "" : "\(path): ")\($0); the values before stay in force, and \(cure)"
            }
        }
        logger.error(
            "configuration not reloaded: the old one stays",
            metadata: ["error": "\(problems.joined(separator: "; "))", "cure": "\(cure)"])
    }

    private mutating func takeBack(_ trial: ReloadTrial, because cause: String) {
        self.trial = nil
        let failed = current.withLock { $0 }
        let keys = trial.keys.joined(separator: ", ")
        let now = time.now().wall
        do {
            try apply(trial.confirmed)
        } catch {
            // Nothing has changed: what could be read before cannot be read any more.
            let cure =
                "mend what this names and put a good file there, which is read at once, or restart the daemon with it"
            figures.withLock { figures in
                figures.note(.rollbackFailed, at: now)
                figures.problems = [
                    "\(keys): after the change the check \(cause), and the values before cannot be put back: \(error); "
                        + "the new ones stay: \(cure)"
                ]
            }
            logger.error(
                "the daemon did not stay ready with the new configuration, and the values before cannot be put back",
                metadata: ["keys": "\(keys)", "cause": "\(cause)", "error": "\(error)", "cure": "\(cure)"])
            return
        }
        figures.withLock { figures in
            figures.note(.rolledBack, at: now)
            figures.pending =
                Self.pending(running: trial.confirmed, file: failed, keys: trial.confirmed.differences(from: failed))
                + figures.pending
            figures.problems = [
                "\(keys): put back to the values before, since after the change the check \(cause); "
                    + "mend the file, or send SIGHUP to try it once more"
            ]
        }
        logger.error(
            "the daemon did not stay ready with the new configuration: the values before are put back",
            metadata: ["keys": "\(keys)", "cause": "\(cause)"])
    }

    private static let maximumProblems = 10

    private static func pending(
        running: Configuration, file: Configuration, keys: [ConfigurationKey]? = nil
    ) -> [ConfigurationFigures.Pending] {
        let (here, there) = (running.report, file.report)
        return (keys ?? running.differences(from: file).filter { $0.applies == .restart }).map {
            .init(key: $0.name, running: here[$0.name]?.value, file: there[$0.name]?.value)
        }
    }

    private func lines(of error: any Error) -> [String] {
        (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
    }
}

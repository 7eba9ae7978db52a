internal import Beehive
internal import Logging

/// What the source remembers over a restart, and what it tells of itself.
extension DirectoryWorker {
    mutating func recall() {
        let path = status.path(DirectoryMemory.fileName)
        do throws(PosixFile.Failure) {
            let text = try PosixFile.read(path, limit: 64 << 20)
            if !DirectoryMemory.decode(text[...], into: &state) {
                logger.warning(
                    "The source's state cannot be read: every object is sent again", metadata: ["file": "\(path)"])
            }
        } catch  where error.code == 2 {
            // The first start (2 is ENOENT).
        } catch {
            logger.warning("The source's state cannot be read", metadata: ["error": "\(error)"])
        }
        status.restore(into: &state)
    }

    mutating func save() {
        do throws(PosixFile.Failure) {
            try PosixFile.replace(status.path(DirectoryMemory.fileName), with: DirectoryMemory.encode(state))
            memoryProblem = nil
        } catch {
            memoryProblem = "\(error): after a restart objects are sent again"
        }
        state.isUnsaved = false
        state.hasAcknowledgements = false
        nextSave = nil
    }

    mutating func publish() {
        report.objects = state.entries.count
        report.unacknowledged = queue.count
        report.problems =
            [folderProblem, watcher.problem, memoryProblem, status.problem].compactMap { $0 } + state.problems
        if status.dropped > 0 { report.problems.append("\(status.dropped) states of the node were lost") }
        let standing = Set(report.problems)
        for problem in report.problems where !told.contains(problem) {
            logger.warning("The directory source has a problem", metadata: ["problem": "\(problem)"])
        }
        told = standing
        // Changes at each sending: shown, not logged.
        report.problems += queue.putOff.map { "\($0.key) is not acknowledged after \($0.sendings) sendings" }
        control.report = report
    }
}

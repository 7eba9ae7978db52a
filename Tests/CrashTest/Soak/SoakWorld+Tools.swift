import Beehive
import Glibc

/// The command line's own tools, beside the load.
extension SoakWorld {
    /// Status and metrics often, the heavier ones some times in a run; what this release does not have is counted as such.
    func useTools() async {
        let pause = max(2, size.seconds / 60)
        var round = 0
        while isRunning {
            await rest(pause)
            guard isRunning else { return }
            let arguments: [String] =
                switch round % 8 {
                case 1: ["store", "backup", "\(folder)/copy.db"]
                case 3: ["store", "rekey"]
                case 5: ["store", "compact"]
                case 6: ["store", "check"]
                case 7: ["get", "configmaps", "-A"]
                default: ["status"]
                }
            round += 1
            let code = await command(arguments + ["--config", configurationFile], within: 60)
            let name = arguments.prefix(arguments[0] == "store" ? 2 : 1).joined(separator: " ")
            let result = code == 0 ? "" : code == 64 ? " unknown" : " exit \(code)"
            ledger.withLock { $0.tools["\(name)\(result)", default: 0] += 1 }
            for file in ["copy.db", "copy.db-wal", "copy.db-shm"] { unlink("\(folder)/\(file)") }
        }
    }

    /// Runs the program with some arguments; its exit code, -1 when it did not end in time.
    func command(_ arguments: [String], within limit: Double) async -> Int32 {
        guard let process = try? DaemonProcess(path: daemon, arguments: arguments, log: "\(folder)/command.log") else {
            return -1
        }
        let end = ContinuousClock.now + .milliseconds(Int64(limit * 1000))
        var status: Int32 = 0
        while ContinuousClock.now < end {
            if waitpid(process.pid, &status, WNOHANG) == process.pid {
                return status & 0x7f == 0 ? status >> 8 & 0xff : -1
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        _ = process.kill()
        return -1
    }
}

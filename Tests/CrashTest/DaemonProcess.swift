import Beehive
import BeehiveSocket
import Glibc
import NIOPosix

/// The real binary as a child process.
struct DaemonProcess {
    let pid: pid_t

    /// Starts it with its output in a file.
    init(path: String, arguments: [String], environment more: [String] = [], log: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The harness's own sockets, above all its listeners, are none of the daemon's.
        for descriptor in Int32(3)..<4096 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var environment: [UnsafeMutablePointer<CChar>?] =
            (["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"] + more).map { (line: String) in strdup(line) }
        environment.append(nil)
        defer { for word in environment { free(word) } }
        var child = pid_t()
        let result = posix_spawn(&child, path, &actions, nil, words, environment)
        guard result == 0 else { throw CrashError("cannot start \(path): \(String(cString: strerror(result)))") }
        pid = child
    }

    /// Kills it as a power cut of the process would.
    func kill() -> Int32 {
        Glibc.kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status
    }

    /// Ends it in order; gives its exit code.
    func terminate() -> Int32 {
        Glibc.kill(pid, SIGTERM)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status
    }

    /// Attaches as edged as soon as the daemon listens.
    func attach(in folder: String) async throws -> BeehiveModuleClient {
        for _ in 0..<1600 {
            if let client = try? await BeehiveModuleClient.connect(
                path: "\(folder)/beehive.sock", name: .edged, on: MultiThreadedEventLoopGroup.singleton)
            {
                return client
            }
            guard !hasEnded() else { throw CrashError("the daemon ended at its start: \(folder)/daemon.log") }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw CrashError("the daemon did not listen within 40 s: \(folder)/daemon.log")
    }

    /// Attaches as edged; nil when the power failed before it listened.
    func attachUnlessCut(in folder: String) async throws -> BeehiveModuleClient? {
        for _ in 0..<8000 {
            if let client = try? await BeehiveModuleClient.connect(
                path: "\(folder)/beehive.sock", name: .edged, on: MultiThreadedEventLoopGroup.singleton)
            {
                return client
            }
            if isDead {
                let status = kill()
                guard status & 0x7F == SIGKILL else {
                    throw CrashError("the daemon ended at its start: \(folder)/daemon.log")
                }
                return nil
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw CrashError("the daemon did not listen within 40 s: \(folder)/daemon.log")
    }

    /// True when it has ended and waits to be collected by `kill`.
    var isDead: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
    }

    /// True when it has ended by itself; collects it then.
    private func hasEnded() -> Bool {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid
    }
}

/// What `sqlite3`, which knows nothing of this project, reads from the file.
enum Witness {
    static func lines(_ database: String, _ sql: String) throws -> [String] {
        guard let pipe = popen("sqlite3 -cmd '.timeout 5000' '\(database)' \"\(sql)\" 2>&1", "r") else {
            throw CrashError("cannot run sqlite3")
        }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { break }
            text += chunk[..<count]
        }
        let status = pclose(pipe)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        guard status == 0 else { throw CrashError("sqlite3: \(lines.joined(separator: " "))") }
        return lines
    }

    /// Versions of objects, and numbers of statuses, by key.
    static func rows(_ database: String) throws -> (objects: [String: Int], statuses: [String: Int]) {
        var objects: [String: Int] = [:]
        var statuses: [String: Int] = [:]
        let sql = """
            SELECT key, type, CASE type WHEN 'podstatus' THEN json_extract(value, '\\$.Status.n') ELSE version END \
            FROM object WHERE type IN ('pod', 'configmap', 'secret', 'podstatus')
            """
        for line in try lines(database, sql) {
            let parts = line.split(separator: "|")
            guard parts.count == 3, let number = Int(parts[2]) else { throw CrashError("unreadable row: \(line)") }
            if parts[1] == "podstatus" {
                statuses[String(parts[0])] = number
            } else {
                objects[String(parts[0])] = number
            }
        }
        return (objects, statuses)
    }
}

/// A fault of the harness or of its surroundings.
struct CrashError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

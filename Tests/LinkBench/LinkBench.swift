import ArgumentParser
import Beehive
import Glibc

/// Measures the release binary from outside: how long an ack takes, what a fleet costs, what a load does to it.
@main
struct LinkBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "linkbench", abstract: "Measure the release binary over its sockets, from outside.",
        subcommands: [AckBench.self, FleetBench.self, LoadBench.self])
}

/// A fault of the harness or of its surroundings.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A folder of the harness's own, removed at the end.
struct BenchFolder {
    let path: String

    init(in parent: String) throws {
        var template = Array("\(parent)/linkbench-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw BenchError("cannot make a folder in \(parent)") }
        path = String(cString: made)
    }

    func remove() { system("rm -rf '\(path)'") }
}

extension JSONValue {
    /// A number with so many digits behind the point.
    init(_ number: Double, digits: Int) {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        // A zero has no sign.
        self = .number(Bytes("\((number * scale).rounded() / scale + 0)".utf8))
    }

    /// Prints it as one line.
    func print() { Swift.print(String(decoding: json, as: UTF8.self)) }
}

/// The value below which a part of the numbers lies; 0 for none.
func percentile(_ sorted: [UInt64], _ part: Double) -> UInt64 {
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
}

/// Waits for a condition, polled gently.
func until(_ what: String, within limit: Duration, _ condition: () async throws -> Bool) async throws {
    let end = SystemTime().now().advanced(by: limit).ticks
    while try await !condition() {
        guard SystemTime().now().ticks < end else { throw BenchError("\(what) did not come true within \(limit)") }
        try await Task.sleep(for: .milliseconds(50))
    }
}

internal import Beehive
public import NIOPosix

/// Finds out about the machine: the kernel's files and calls, no shell and no Foundation.
public struct MachineReader: Sendable {
    /// Stands in front of every path; empty but in tests.
    var root = ""
    /// The folder whose file system pods' data lie on.
    var storagePath = "/"
    var calls = MachineCalls.kernel

    /// Makes a reader of this machine.
    ///
    /// - Parameter storagePath: a folder on the file system that pods' data lie on.
    public init(storagePath: String = "/") { self.storagePath = storagePath }

    init(root: String, calls: MachineCalls) {
        self.root = root
        self.calls = calls
    }

    /// Reads on a thread that may block: a file system may hang.
    ///
    /// - Parameter threads: where it runs.
    /// - Returns: the facts; nil when the threads have stopped.
    public func read(on threads: NIOThreadPool) async -> MachineFacts? {
        // It throws only when the pool has stopped, and then the program is stopping.
        try? await threads.runIfActive { read() }
    }

    /// Reads; may block.
    ///
    /// - Returns: what could be found out.
    public func read() -> MachineFacts {
        var facts = MachineFacts()
        let process = Self.fields(of: text("/proc/self/status"), separator: ":")
        facts.processors = process["Cpus_allowed_list"].flatMap { Self.count(ofList: $0) } ?? calls.processors()
        let memory = Self.fields(of: text("/proc/meminfo"), separator: ":")
        facts.memory = Self.kibibytes(memory["MemTotal"])
        facts.freeMemory = Self.kibibytes(memory["MemAvailable"])
        if let (total, free) = calls.storage(storagePath) { (facts.storage, facts.freeStorage) = (total, free) }
        facts.address = MachineNetwork.address(routes: text("/proc/net/route"), interfaces: calls.interfaces())
        facts.machineID = Self.firstLine(text("/etc/machine-id"))
        facts.systemID = Self.firstLine(text("/sys/class/dmi/id/product_uuid"))
        // Only root may read that one, and not every machine has it.
        if facts.systemID.isEmpty { facts.systemID = facts.machineID }
        facts.bootID = Self.firstLine(text("/proc/sys/kernel/random/boot_id"))
        let system = calls.system()
        facts.kernel = system.release
        facts.architecture = Self.architecture(system.machine)
        let release = Self.fields(of: text("/etc/os-release"), separator: "=")
        facts.systemImage = Self.unquoted(release["PRETTY_NAME"] ?? release["NAME"] ?? "Linux")
        return facts
    }

    private func text(_ path: String) -> String {
        // A file that is not there, or not for us, leaves its fact out.
        guard let bytes = try? PosixFile.read(root + path, limit: 1 << 20) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The lines of a file of names and values; of two of a name the first counts.
    static func fields(of text: String, separator: Character) -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let at = line.firstIndex(of: separator) else { return nil }
            return (trimmed(line[..<at]), trimmed(line[line.index(after: at)...]))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// How many numbers a list such as `0-3,6` has; nil when it is none.
    static func count(ofList text: String) -> Int? {
        var count = 0
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0,
                last >= first,
                last < 1 << 20
            else { return nil }
            count += last - first + 1
        }
        return count > 0 ? count : nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// Bytes of a text such as `4028340 kB`.
    private static func kibibytes(_ text: String?) -> UInt64? {
        guard let digits = text?.prefix(while: \.isNumber), let count = UInt64(digits) else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    private static func firstLine(_ text: String) -> String {
        text.split(separator: "\n").first.map { trimmed($0) } ?? ""
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    /// The kernel's word for a processor in Go's, which Kubernetes' labels use.
    static func architecture(_ machine: String) -> String {
        switch machine {
        case "x86_64", "amd64": "amd64"
        case "aarch64", "arm64": "arm64"
        case "i386", "i486", "i586", "i686": "386"
        case "loongarch64": "loong64"
        case let word where word.hasPrefix("arm"): "arm"
        default: machine
        }
    }
}

internal import Beehive
internal import Glibc

/// The backups of a database in their folder: each a good copy, numbered, the newest with the highest number.
///
/// The number orders them, not the date: the clock of a node may stand in 1970, or be set back.
public struct Backups: Sendable {
    /// One good copy.
    public struct Generation: Sendable, Hashable {
        /// The file.
        public let path: String
        /// Higher than that of every older one.
        public let number: Int
        /// When it was taken, in milliseconds since 1970, by the clock of then.
        public let time: Int64
        /// Its size.
        public let bytes: Int
    }

    /// The folder.
    public let folder: String
    /// What the names start with; nil takes every database's.
    private let stem: String?

    /// Names a folder; it need not exist.
    ///
    /// - Parameters:
    ///   - folder: where the copies are.
    ///   - database: whose copies count; nil: all that are there.
    public init(folder: String, of database: String? = nil) {
        self.folder = folder
        stem = database.map(Self.stem)
    }

    /// The path of the newest good copy; nil when there is none.
    public func newest() -> String? { generations().last?.path }

    /// The path of the newest copy that opens; nil when there is none.
    public func newestUsable() -> String? {
        generations().reversed().first { generation in
            // What does not open is passed over for an older one.
            (try? MetaStore(reading: generation.path)) != nil
        }?.path
    }

    /// All good copies, oldest first.
    public func generations() -> [Generation] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [Generation] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let (number, time) = read(name) else { continue }
            let path = folder + "/" + name
            found.append(Generation(path: path, number: number, time: time, bytes: DatabaseFile.size(path)))
        }
        return found.sorted { $0.number < $1.number }
    }

    /// Where the next copy is written until it is known to be good.
    func unfinished(of database: String) -> String { "\(folder)/\(Self.stem(database)).part" }

    /// The name of the copy behind the newest: `edgecore-000017-20261121T124512Z.db`.
    ///
    /// - Parameters:
    ///   - database: whose copy it is.
    ///   - now: milliseconds since 1970.
    /// - Returns: its path.
    func next(of database: String, now: Int64) -> String {
        let digits = String((generations().last?.number ?? 0) + 1)
        let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        let date = KubernetesTimestamp.text(now).filter { $0 != "-" && $0 != ":" }
        return "\(folder)/\(Self.stem(database))-\(number)-\(date).db"
    }

    /// Removes all but the newest copies.
    ///
    /// - Parameter count: how many stay; at least one does.
    func prune(keeping count: Int) {
        // One that cannot be removed now is tried again after the next.
        for old in generations().dropLast(max(1, count)) { unlink(old.path) }
    }

    private static func stem(_ database: String) -> String {
        let name = database.split(separator: "/").last ?? "metamanager"
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return String(name) }
        return String(name[..<dot])
    }

    /// What a name tells; nil for other files.
    private func read(_ name: String) -> (number: Int, time: Int64)? {
        guard name.hasSuffix(".db") else { return nil }
        let parts = name.dropLast(3).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let number = Int(parts[parts.count - 2]), (1..<1_000_000_000).contains(number),
            let time = Self.time(parts[parts.count - 1])
        else { return nil }
        guard stem == nil || parts.dropLast(2).joined(separator: "-") == stem else { return nil }
        return (number, time)
    }

    private static func time(_ text: Substring) -> Int64? {
        let digits = Array(text)
        guard digits.count == 16, digits[8] == "T", digits[15] == "Z" else { return nil }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return KubernetesTimestamp.milliseconds(
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z")
    }
}

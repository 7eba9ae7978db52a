internal import Beehive

/// The folder beside the manifests in which states appear that came up from the node.
struct StatusFolder {
    private let settings: DirectorySettings
    /// What could not be written yet, in order; bounded by the credit and by the answers that are waited for.
    private var held: [Held] = []
    /// Effects that were given up because too many waited.
    private(set) var dropped = 0
    private(set) var problem: String?

    /// What waits for its files.
    struct Held {
        var writes: [StatusWrite]
        var replies: [Message]
        var place: Int64?
    }

    private static let maximumHeld = 1024

    init(settings: DirectorySettings) { self.settings = settings }

    var isHolding: Bool { !held.isEmpty }

    func path(_ inside: String) -> String { "\(settings.statusFolder)/\(inside)" }

    /// Writes what a frame came to.
    ///
    /// - Parameters:
    ///   - effects: its files and answers.
    ///   - place: the outbox's entry, if it is one.
    /// - Returns: what may be told now; nothing while a file waits, also of an earlier frame about the same.
    mutating func perform(_ effects: DirectoryEffects, place: Int64?) -> [Held] {
        let item = Held(writes: effects.writes, replies: effects.replies, place: place)
        let waiting = Set(held.flatMap { $0.writes.map(\.path) })
        let isBehind = !waiting.isEmpty && item.writes.contains { waiting.contains($0.path) }
        if !isBehind, write(item) { return [item] }
        held.append(item)
        if held.count > Self.maximumHeld {
            held.removeFirst()
            dropped += 1
        }
        return []
    }

    /// Tries again what could not be written.
    ///
    /// - Returns: what may be told now.
    mutating func retry() -> [Held] {
        problem = nil
        var done: [Held] = []
        var still: [Held] = []
        var blocked: Set<String> = []
        for item in held {
            if item.writes.contains(where: { blocked.contains($0.path) }) || !write(item) {
                blocked.formUnion(item.writes.map(\.path))
                still.append(item)
            } else {
                done.append(item)
            }
        }
        held = still
        return done
    }

    private mutating func write(_ item: Held) -> Bool {
        do throws(PosixFile.Failure) {
            for write in item.writes {
                switch write {
                case .file(let path, let json): try PosixFile.replace(self.path(path), with: json)
                case .remove(let path): try PosixFile.remove(self.path(path))
                case .event(let line): try append(line)
                }
            }
            return true
        } catch {
            problem = "\(error): states of the node wait until it can be written"
            return false
        }
    }

    /// The list of events is bounded: when it has grown, it is put aside, in place of the one put aside before.
    private func append(_ line: Bytes) throws(PosixFile.Failure) {
        let path = path(StatusWrite.eventsFile)
        let size = try PosixFile.append(line + [UInt8(ascii: "\n")], to: path)
        if size > settings.maximumEventBytes { try PosixFile.move(path, to: path + ".1") }
    }

    /// What an earlier process wrote, reports before what came of them.
    func restore(into state: inout DirectoryState) {
        // What is not there or cannot be listed has nothing to restore.
        for namespace in (try? PosixFile.names(in: settings.statusFolder)) ?? [] where !namespace.hasPrefix(".") {
            for type in [ResourceType.podStatus, .podPatch, .node, .lease, .pod, .certificateSigningRequest] {
                let folder = "\(namespace)/\(type)"
                for name in (try? PosixFile.names(in: path(folder))) ?? [] where name.hasSuffix(".json") {
                    guard let bytes = try? PosixFile.read(path("\(folder)/\(name)"), limit: 8 << 20),
                        let value = try? JSONValue(parsing: bytes[...])
                    else { continue }
                    let resource = ResourcePath(namespace: namespace, type: type, id: String(name.dropLast(5)))
                    state.restore(resource, value)
                }
            }
        }
    }
}

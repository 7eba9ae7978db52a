internal import Beehive

/// One change of the status folder.
enum StatusWrite: Sendable, Hashable {
    /// A file is replaced: `<namespace>/<type>/<name>.json`.
    case file(path: String, json: Bytes)
    /// A file goes, if it is there.
    case remove(path: String)
    /// A line is added to the list of events.
    case event(Bytes)

    /// The file concerned, inside of the status folder.
    var path: String {
        switch self {
        case .file(let path, _), .remove(let path): path
        case .event: Self.eventsFile
        }
    }

    static let eventsFile = "events.jsonl"

    /// The file for a resource; what comes up from the node never leads out of the folder.
    static func path(_ resource: ResourcePath) -> String {
        "\(part(resource.namespace))/\(part(resource.type.rawValue))/\(part(resource.id)).json"
    }

    private static func part(_ text: String) -> String {
        var out = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            switch scalar {
            case "/": out += "%2F"
            case "%": out += "%25"
            case "." where index == 0: out += "%2E"
            case _ where scalar.value < 0x20: out += "_"
            default: out.unicodeScalars.append(scalar)
            }
        }
        // Longer names are none to a file system.
        if out.utf8.count > 240 { out = "\(out.prefix(100))-\(StableDigest.uid(text))" }
        return out.isEmpty ? "_" : out
    }
}

/// What a frame from the node comes to.
struct DirectoryEffects: Sendable {
    /// Answers, each sent once.
    var replies: [Message] = []
    /// What the node has to be told, and to acknowledge.
    var pushes: [DirectoryPush] = []
    /// What is written before anything is answered or confirmed.
    var writes: [StatusWrite] = []
}

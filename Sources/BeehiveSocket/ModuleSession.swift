internal import Beehive

/// A refusal as its peer is told of it.
struct Refusal {
    let reason: SocketRefusal
    /// One line that names the cause; holds no part of a body.
    let text: String
    /// What it answers; empty when the frame could not be read.
    var parentID = ""
    var group: ModuleGroup = .meta
    var resource = "module"

    init(_ reason: SocketRefusal, _ text: String) {
        self.reason = reason
        self.text = text
    }

    init(_ reason: SocketRefusal, _ text: String, of message: Message) {
        self.init(reason, text)
        parentID = message.id
        group = message.route.group
        resource = message.route.resource
    }
}

/// The rules of one connection: what each frame asks for.
///
/// Knows no socket, so that it is tested by tables.
struct ModuleSession {
    enum Action {
        /// Attach the module, then answer the message.
        case attach(ModuleInfo, Message)
        /// Hand the message to MetaManager.
        case offer(Message, ModuleInfo)
        /// Tell the peer, and go on.
        case refuse(Refusal)
        /// Tell the peer, and close.
        case fail(Refusal)
    }

    /// The module, once it has attached.
    private(set) var info: ModuleInfo?
    private let decoder: MessageDecoder

    init(maximumFrameBytes: Int) { decoder = MessageDecoder(maximumBytes: maximumFrameBytes, maximumDepth: 512) }

    /// MetaManager's name in what this module gets.
    var serverName: ModuleName { info?.isClassic == true ? .metaManagerClassic : .metaManager }

    mutating func receive(_ frame: Bytes) -> Action {
        let message: Message
        do {
            message = try decoder.decode(frame)
        } catch {
            guard error.code == .noID else { return .fail(Refusal(.badMessage, error.description)) }
            return .refuse(Self.withoutID(frame, error.description))
        }
        let isAttach = message.route.operation == .add && message.route.resource == ResourceType.module.rawValue
        guard let info else {
            guard isAttach else {
                let text = "nothing is taken before the module attaches: send operation 'add' of resource 'module'"
                return .refuse(Refusal(.notAttached, text, of: message))
            }
            return attach(message)
        }
        guard message.route.source == info.name else {
            let text = "source '\(Self.shown(message.route.source.rawValue))' is not '\(info.name)', as which this "
            return .refuse(Refusal(.wrongSource, text + "connection attached", of: message))
        }
        guard !isAttach else {
            return .refuse(Refusal(.alreadyAttached, "'\(info.name)' is attached by this connection", of: message))
        }
        return .offer(message, info)
    }

    private mutating func attach(_ message: Message) -> Action {
        let name = message.route.source
        if let cause = Self.objection(to: name) { return .refuse(Refusal(.nameRefused, cause, of: message)) }
        guard let wish = Self.wish(message.content) else {
            let text = "an attach has no content, or an object with the texts 'group' and 'release'"
            return .refuse(Refusal(.badMessage, text, of: message))
        }
        let info = ModuleInfo(name: name, group: wish.group, release: wish.release)
        self.info = info
        return .attach(info, message)
    }

    /// Why nobody may attach under a name; nil when it is free to take.
    static func objection(to name: ModuleName) -> String? {
        if name.isEmpty { return "an attach needs the module's name in route.source" }
        if ModuleName.ownNames.contains(name) { return "'\(name)' is a module of this program: choose another name" }
        if ModuleName.cloudSources.contains(name) { return "'\(name)' speaks for the cloud: choose another name" }
        // Names stand in labels, reports and logs.
        guard name.rawValue.utf8.count <= 253, name.rawValue.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "a module's name is 1 to 253 printable ASCII characters without blanks"
        }
        return nil
    }

    private static func wish(_ content: Content) -> (group: ModuleGroup?, release: String)? {
        guard !content.isEmpty else { return (nil, "") }
        guard content.kind == .object, let tree = try? JSONValue(parsing: content.json) else { return nil }
        var texts: [String] = []
        for key in ["group", "release"] {
            switch tree[key] {
            case nil, .null?: texts.append("")
            case let value?:
                guard let text = value.text else { return nil }
                texts.append(text)
            }
        }
        return (texts[0].isEmpty ? nil : ModuleGroup(texts[0]), texts[1])
    }

    /// A message without an id is refused under the group and resource that it names, for want of more.
    private static func withoutID(_ frame: Bytes, _ text: String) -> Refusal {
        var refusal = Refusal(.noID, text)
        // It was valid JSON a moment ago.
        let route = (try? JSONValue(parsing: frame))?["route"]
        if let group = route?["group"]?.text { refusal.group = ModuleGroup(group) }
        if let resource = route?["resource"]?.text { refusal.resource = resource }
        return refusal
    }

    private static func shown(_ name: String) -> String { String(name.prefix(64)) }
}

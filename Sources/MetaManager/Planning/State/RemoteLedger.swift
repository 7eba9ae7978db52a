internal import Beehive
internal import DequeModule

/// A module that waits for an answer.
struct Caller: Sendable {
    let module: ModuleInfo
    /// The message to answer; its content is let go.
    let id: String
    let route: Route

    init(_ message: Message, from module: ModuleInfo) {
        self.init(module, id: message.id, route: message.route)
    }

    init(_ module: ModuleInfo, id: String, route: Route) {
        self.module = module
        self.id = id
        self.route = route
    }

    /// About how many bytes it holds.
    var cost: Int { 256 + id.utf8.count + route.held }
}

/// A request that the cloud has been asked, under an id of our own.
struct RemoteRequest: Sendable {
    let message: Message
    /// The row that the answer is about; nil for requests that name none.
    let path: ResourcePath?
    /// The key of that row, which for tokens is no resource.
    let key: String
    let flight: RemoteLedger.Flight?
    let asked: Int64
    var callers: [Caller]

    var isQuery: Bool { message.route.operation == .query }
    /// About how many bytes it holds without its callers.
    var cost: Int { message.cost + key.utf8.count }

    /// True for what the local API asks the dynamic controller.
    var isApplication: Bool { message.route.group == .dynamicController }
}

/// The requests under way, and which of them a like one can join.
struct RemoteLedger {
    /// What makes two queries the same.
    struct Flight: Hashable {
        let operation: Operation
        let resource: String
        let content: Bytes
    }

    private(set) var requests: [String: RemoteRequest] = [:]
    /// Who waits, over all requests.
    private(set) var callers = 0
    /// About how many bytes all of them hold.
    private(set) var bytes = 0
    private var flights: [Flight: String] = [:]

    /// True when no more requests and callers are taken: whoever asks then is told so at once.
    var isFull: Bool { requests.count >= 4096 || callers >= 16_384 || bytes >= 16 << 20 }

    subscript(id: String) -> RemoteRequest? { requests[id] }

    mutating func begin(_ request: RemoteRequest) {
        requests[request.message.id] = request
        callers += request.callers.count
        bytes += request.cost + Self.cost(of: request.callers)
        if let flight = request.flight { flights[flight] = request.message.id }
    }

    /// Adds a caller to a like request.
    ///
    /// - Returns: the request's id; nil when there is none.
    mutating func join(_ flight: Flight, caller: Caller) -> String? {
        guard let id = flights[flight] else { return nil }
        requests[id]?.callers.append(caller)
        callers += 1
        bytes += caller.cost
        return id
    }

    mutating func end(_ id: String) -> RemoteRequest? {
        guard let request = requests.removeValue(forKey: id) else { return nil }
        if let flight = request.flight { flights[flight] = nil }
        callers -= request.callers.count
        bytes -= request.cost + Self.cost(of: request.callers)
        return request
    }

    /// Takes the callers out, who are answered now, while the request goes on.
    mutating func releaseCallers(of id: String) -> [Caller] {
        guard let released = requests[id]?.callers else { return [] }
        requests[id]?.callers = []
        callers -= released.count
        bytes -= Self.cost(of: released)
        return released
    }

    private static func cost(of callers: [Caller]) -> Int { callers.reduce(0) { $0 + $1.cost } }
}

/// Sync requests that a module of the node has to answer.
struct LocalLedger {
    /// Who gets the answer.
    enum Asker: Sendable {
        /// Another module.
        case module(Caller)
        /// The cloud, for a volume operation.
        case cloud(Message)

        /// About how many bytes it holds.
        var cost: Int {
            switch self {
            case .module(let caller): caller.cost
            case .cloud(let message): message.cost
            }
        }
    }

    private(set) var requests: [String: Asker] = [:]
    /// About how many bytes they hold.
    private(set) var bytes = 0
    /// The last requests that have been answered, or given up, oldest first: who waited hears no second answer.
    private(set) var ended: Deque<String> = []
    private var endedIDs: Set<String> = []

    private static let maximumEnded = 4096

    /// True when no more requests are taken: whoever asks then is told so at once.
    var isFull: Bool { requests.count >= 4096 || bytes >= 16 << 20 }

    mutating func begin(_ id: String, asker: Asker) {
        bytes += asker.cost - (requests.updateValue(asker, forKey: id)?.cost ?? 0)
    }

    mutating func end(_ id: String) -> Asker? {
        guard let asker = requests.removeValue(forKey: id) else { return nil }
        bytes -= asker.cost
        guard endedIDs.insert(id).inserted else { return asker }
        ended.append(id)
        if ended.count > Self.maximumEnded { endedIDs.remove(ended.removeFirst()) }
        return asker
    }

    func hasEnded(_ id: String) -> Bool { endedIDs.contains(id) }
}

import Beehive

/// Services and their backends, by namespace and name.
struct RoutingTable {
    private var services: [String: String] = [:]
    private var backends: [String: [String]] = [:]
    private var printed: [String: String] = [:]

    var count: Int { services.count }

    mutating func set(_ object: JSONValue, type: ResourceType) {
        guard let name = object["metadata"]?["name"]?.text else { return }
        let key = "\(object["metadata"]?["namespace"]?.text ?? "default")/\(name)"
        switch type {
        case .service, .serviceList: services[key] = object["spec"]?["clusterIP"]?.text ?? "no address"
        case .endpoints, .endpointsList:
            backends[key] = (object["subsets"]?.elements ?? [])
                .flatMap { $0["addresses"]?.elements ?? [] }.compactMap { $0["ip"]?.text }.sorted()
        default: break
        }
    }

    mutating func remove(_ path: ResourcePath) {
        let key = "\(path.namespace)/\(path.id)"
        if path.type == .service { services[key] = nil }
        if path.type == .endpoints { backends[key] = nil }
    }

    /// Prints the services whose line has changed.
    mutating func print() {
        var lines: [String: String] = [:]
        for (key, address) in services {
            lines[key] = "service \(key) at \(address), backends: \((backends[key] ?? []).joined(separator: ", "))"
        }
        for (key, line) in lines.sorted(by: { $0.key < $1.key }) where printed[key] != line { say(line) }
        for key in printed.keys.sorted() where lines[key] == nil { say("service \(key) is gone") }
        printed = lines
    }
}

/// The objects that a message carries: one, a list of them, or stored values, each of which is a text of its own.
struct StoredObjects: Sequence {
    private let objects: [JSONValue]

    init(_ content: Content) {
        // What is no JSON cannot be content; a text that holds no object is left out.
        let json = (try? JSONValue(parsing: content.json)) ?? .null
        switch json {
        case .object: objects = [json]
        case .array(let elements):
            objects = elements.compactMap { element in
                guard let text = element.text else { return element }
                return try? JSONValue(parsing: Bytes(text.utf8))
            }
        default: objects = []
        }
    }

    func makeIterator() -> IndexingIterator<[JSONValue]> { objects.makeIterator() }
}

/// A field that this program does not know, kept as it came: its name and its JSON, unchanged.
public struct ExtraField: Hashable, Sendable {
    /// The field's name, unescaped.
    public let name: String
    /// The field's value as JSON text.
    public let json: Bytes

    /// Makes a field.
    ///
    /// - Parameters:
    ///   - name: the name, unescaped.
    ///   - json: valid JSON text.
    public init(name: String, json: Bytes) {
        self.name = name
        self.json = json
    }
}

extension [ExtraField] {
    /// About how many bytes the fields hold; there are none in almost every message.
    @inline(__always)
    var held: Int { isEmpty ? 0 : reduce(0) { $0 + 128 + $1.name.utf8.count + $1.json.count } }
}

/// Where a message comes from, where it goes, and what it is about.
public struct Route: Hashable, Sendable {
    /// The module that made the message.
    public var source: ModuleName
    /// The module or group meant; empty is MetaManager.
    public var destination: String
    /// The group the message is for.
    public var group: ModuleGroup
    /// What is asked or told.
    public var operation: Operation
    /// What it is about, as text; see `ResourcePath`.
    public var resource: String
    /// Unknown fields, in the order they came.
    public var extras: [ExtraField]

    /// Makes a route.
    ///
    /// - Parameters:
    ///   - source: the module that makes the message.
    ///   - destination: the module or group meant; empty is MetaManager.
    ///   - group: the group the message is for.
    ///   - operation: what is asked or told.
    ///   - resource: what it is about.
    ///   - extras: unknown fields.
    public init(
        source: ModuleName, destination: String = "", group: ModuleGroup, operation: Operation, resource: String,
        extras: [ExtraField] = []
    ) {
        self.source = source
        self.destination = destination
        self.group = group
        self.operation = operation
        self.resource = resource
        self.extras = extras
    }

    /// Bytes of the texts that a sender chose.
    @inline(__always)
    package var held: Int {
        source.rawValue.utf8.count + destination.utf8.count + group.rawValue.utf8.count + operation.rawValue.utf8.count
            + resource.utf8.count + extras.held
    }
}

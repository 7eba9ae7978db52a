public import Beehive
public import MetaManager
import MetaStore

/// A planner with a store of dictionaries and a clock moved by hand.
public struct PlanBench {
    /// The planner, with seeded ids.
    public var planner: Planner
    /// What it reads and changes.
    public var store = MemoryStore()
    /// Both clocks.
    public var now: Moment
    private var count = 0

    /// A 1.23 edged.
    public static let edged = ModuleInfo(name: .edged)
    /// A 1.2 edged.
    public static let classicEdged = ModuleInfo(name: .edged, release: "1.2")

    /// Makes a bench with modules attached and the link down.
    ///
    /// - Parameters:
    ///   - modules: the modules that are attached.
    ///   - seed: for the planner's ids.
    ///   - settings: what decisions depend on.
    ///   - undelivered: revisions that an earlier process may not have delivered.
    public init(
        _ modules: [ModuleInfo] = [PlanBench.edged], seed: UInt64 = 1, settings: PlanningSettings = PlanningSettings(),
        undelivered: ClosedRange<Int64>? = nil
    ) {
        now = Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000)
        planner = Planner(settings: settings, ids: MessageIDSource(seed: seed), undelivered: undelivered, now: now)
        for module in modules { feed(.attached(module)) }
    }

    /// Plans an input and applies what it changes.
    ///
    /// - Parameter input: the input.
    /// - Returns: the plan.
    @discardableResult
    public mutating func feed(_ input: Input) -> Plan {
        var plan = Plan()
        do throws(StoreError) {
            plan = try planner.plan(input, in: store, at: now)
        } catch {
            preconditionFailure("a store of dictionaries does not fail: \(error)")
        }
        for change in plan.changes { store.apply(change, now: now.wall) }
        return plan
    }

    /// What the outbox sends now.
    public mutating func send() -> [Message] {
        do throws(StoreError) {
            return Self.frames(try planner.planSending(in: store, at: now))
        } catch {
            preconditionFailure("a store of dictionaries does not fail: \(error)")
        }
    }

    /// Brings the link up, with credit for as many entries of the outbox.
    ///
    /// - Parameters:
    ///   - connection: the connection's number.
    ///   - credit: entries that may be sent.
    /// - Returns: what coming up came to.
    @discardableResult
    public mutating func connect(_ connection: Int = 1, credit: Int = 1000) -> Plan {
        let plan = feed(.linkUp(connection: connection))
        feed(.credit(connection: connection, entries: credit))
        return plan
    }

    /// Moves the clocks and handles what is due.
    ///
    /// - Parameter duration: how far.
    /// - Returns: what was due.
    @discardableResult
    public mutating func wait(_ duration: Duration) -> Plan {
        now = now.advanced(by: duration)
        return feed(.tick)
    }

    /// A message as a module of the node, or the cloud, makes it.
    ///
    /// - Parameters:
    ///   - source: who says it.
    ///   - operation: what it asks or tells.
    ///   - resource: what it is about.
    ///   - content: JSON text; nil for null.
    ///   - group: the group it is for.
    ///   - destination: the module it is for.
    ///   - version: the header's resource version.
    ///   - parent: the id it answers.
    ///   - sync: whether an answer is waited for.
    /// - Returns: the message, with an id of its own.
    public mutating func message(
        _ source: ModuleName, _ operation: Beehive.Operation, _ resource: String, _ content: String? = nil,
        group: ModuleGroup = .resource, destination: String = "", version: String = "", parent: String = "",
        sync: Bool = false
    ) -> Message {
        count += 1
        let body = content.map { try? Content(json: Bytes($0.utf8)) } ?? .null
        precondition(body != nil, "no JSON: \(content ?? "")")
        return Message(
            header: Header(
                id: "m\(count)", parentID: parent, timestamp: now.wall, resourceVersion: version, sync: sync),
            route: Route(
                source: source, destination: destination, group: group, operation: operation, resource: resource),
            content: body ?? .null)
    }

    /// Feeds a message of the cloud.
    @discardableResult
    public mutating func cloud(
        _ operation: Beehive.Operation, _ resource: String, _ content: String? = nil,
        source: ModuleName = .edgeController, group: ModuleGroup = .resource, version: String = "",
        parent: String = ""
    ) -> Plan {
        feed(
            .fromCloud(
                message(source, operation, resource, content, group: group, version: version, parent: parent)))
    }

    /// Feeds a message of a module to MetaManager.
    @discardableResult
    public mutating func local(
        _ operation: Beehive.Operation, _ resource: String, _ content: String? = nil,
        module: ModuleInfo = PlanBench.edged, group: ModuleGroup = .meta, destination: String = "", parent: String = "",
        sync: Bool = true
    ) -> Plan {
        feed(
            .fromModule(
                message(
                    module.name, operation, resource, content, group: group, destination: destination, parent: parent,
                    sync: sync), module))
    }

    /// The id of the last message made here.
    public var lastID: String { "m\(count)" }

    /// The frames of a plan, read back.
    public static func frames(_ plan: Plan) -> [Message] {
        plan.cloud.compactMap { try? MessageDecoder().decode($0.bytes) }
    }
}

extension Plan {
    /// The acknowledgements and answers among the frames for the cloud, by the message they answer.
    public func answers(to id: String) -> [Message] { PlanBench.frames(self).filter { $0.header.parentID == id } }

    /// The messages for a module, in order.
    public func deliveries(to name: ModuleName) -> [Message] {
        deliveries.compactMap { recipient, message in
            switch recipient {
            case .module(let module): module == name ? message : nil
            case .group(let group):
                group == name.rawValue || group == ModuleGroup.standard(for: name).rawValue ? message : nil
            case .everyone: message
            }
        }
    }
}

extension Message {
    /// What it carries, as JSON text.
    public var json: String { String(decoding: content.json, as: UTF8.self) }
}

extension MemoryStore {
    /// A row's value as text; nil when there is no such row.
    public func text(_ key: String) -> String? { rows[key].map { String(decoding: $0.value, as: UTF8.self) } }
}

/// Objects as the cloud writes them.
public enum Sample {
    /// An object with metadata.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - uid: its uid.
    ///   - version: its resource version.
    ///   - namespace: its namespace.
    ///   - kind: its kind; empty for none.
    ///   - extra: more members, with a comma in front.
    /// - Returns: JSON text.
    public static func object(
        _ name: String, uid: String = "u1", version: Int, namespace: String = "demo", kind: String = "Pod",
        extra: String = ""
    ) -> String {
        let type = kind.isEmpty ? "" : #""apiVersion":"v1","kind":"\#(kind)","#
        return
            #"{\#(type)"metadata":{"name":"\#(name)","namespace":"\#(namespace)","uid":"\#(uid)","resourceVersion":"\#(version)"}\#(extra)}"#
    }

    /// An ObjectResp with an object.
    public static func response(_ object: String) -> String { #"{"Object":\#(object),"Err":null}"# }

    /// An ObjectResp with an error.
    public static func refusal(_ reason: String) -> String {
        #"{"Object":null,"Err":{"ErrStatus":{"metadata":{},"status":"Failure","message":"no","reason":"\#(reason)","code":409}}}"#
    }

    /// A status error.
    public static func statusError(_ reason: String) -> String {
        #"{"ErrStatus":{"metadata":{},"status":"Failure","message":"nothing here","reason":"\#(reason)","code":404}}"#
    }

    /// A patch, as it travels: JSON text inside a JSON string.
    public static func patch(_ json: String) -> String { String(decoding: Content(text: json).json, as: UTF8.self) }
}

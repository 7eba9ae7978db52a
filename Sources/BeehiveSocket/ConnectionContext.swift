internal import Beehive
internal import Logging
internal import NIOCore

/// What the connections of a server share; lives on the server's event loop.
final class ConnectionContext {
    let settings: SocketSettings
    let bus: ModuleBus
    let intake: any ModuleIntake
    let time: any TimeSource
    let meter: SocketMeter
    let logger: Logger
    let threads: LongFrameThreads
    private var connections: [ObjectIdentifier: ModuleConnection] = [:]
    private var holders: [ModuleName: ModuleConnection] = [:]
    private var whenEmpty: EventLoopPromise<Void>?

    init(
        settings: SocketSettings, bus: ModuleBus, intake: any ModuleIntake, time: any TimeSource, meter: SocketMeter,
        logger: Logger, threads: LongFrameThreads
    ) {
        self.settings = settings
        self.bus = bus
        self.intake = intake
        self.time = time
        self.meter = meter
        self.logger = logger
        self.threads = threads
    }

    /// Counts a connection in; false when there are too many, or the server stops.
    func enter(_ connection: ModuleConnection) -> Bool {
        let isTaken = connections.count < settings.maximumConnections && whenEmpty == nil
        connections[ObjectIdentifier(connection)] = connection
        meter.update {
            $0.connections += 1
            $0.accepted += 1
        }
        return isTaken
    }

    func exit(_ connection: ModuleConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        meter.update { $0.connections -= 1 }
        if let name = connection.name, holders[name] === connection { holders[name] = nil }
        if connections.isEmpty { whenEmpty?.succeed() }
    }

    /// False for a newcomer when so many modules are known that their mailboxes would have no bound together.
    func hasRoom(for name: ModuleName) -> Bool {
        let known = bus.modules
        return known.count < settings.maximumModules || known.contains { $0.info.name == name }
    }

    /// Gives a name to a connection; the one that had it ends.
    func claim(_ name: ModuleName, for connection: ModuleConnection) {
        let former = holders[name]
        holders[name] = connection.phase == .open ? connection : nil
        if let former, former !== connection { former.giveWay() }
    }

    /// The answer to an attach: who is there.
    func roster() -> JSONValue {
        let present = bus.modules.filter(\.isAttached).map(\.info)
        var groups = JSONValue.object([])
        for (group, members) in Dictionary(grouping: present, by: \.group).sorted(by: { $0.key < $1.key }) {
            groups[group.rawValue] = .array(members.map { JSONValue(text: $0.name.rawValue) })
        }
        return ["modules": .array(present.map { JSONValue(text: $0.name.rawValue) }), "groups": groups]
    }

    /// Ends every connection; the future ends with the last of them.
    func stop(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = whenEmpty ?? loop.makePromise(of: Void.self)
        whenEmpty = promise
        if connections.isEmpty { promise.succeed() }
        for connection in Array(connections.values) { connection.stop() }
        return promise.futureResult
    }
}

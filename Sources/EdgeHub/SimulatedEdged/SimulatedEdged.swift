public import Beehive
public import Logging
public import ServiceLifecycle

/// A simulated edged: takes the node's pods to `Running` without running anything, and says so in each status.
///
/// It stands on the bus as `edged`, asks and reports as the real one does, and is meant for trying the program out and
/// for tests.
public final class SimulatedEdged: Service {
    let bus: ModuleBus
    let settings: SimulatedEdgedSettings
    let time: any TimeSource
    let logger: Logger
    let info: ModuleInfo
    let pods = SimulatedPods()
    private let ids = Lock(MessageIDSource())

    /// Makes a simulated edged; `run` attaches it.
    ///
    /// - Parameters:
    ///   - bus: the node's bus.
    ///   - settings: how it reports.
    ///   - time: where the time comes from.
    ///   - logger: where it says that it is simulated.
    public init(
        bus: ModuleBus, settings: SimulatedEdgedSettings = SimulatedEdgedSettings(),
        time: any TimeSource = SystemTime(), logger: Logger
    ) {
        self.bus = bus
        self.settings = settings
        self.time = time
        self.logger = logger
        info = ModuleInfo(name: .edged, release: settings.reporting == .reports ? "1.2" : "")
    }

    /// Attaches, and works until the service is shut down.
    ///
    /// A module that takes the name over, such as a message sent by hand as edged, has it until it leaves: the end of
    /// this service before its time would end the whole program.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.logger.info("The simulated edged is attached: pods are reported as running, and nothing runs")
                await self.serve()
                if Task.isCancelled { return }
                self.logger.notice("Another module attached as edged: the simulated one waits until it leaves")
                await self.waitUntilNameIsFree()
            }
        }
    }

    /// Works until another module has the name, or the task is cancelled.
    private func serve() async {
        await pods.open()
        let (mailbox, attachment) = bus.attach(info)
        defer { bus.detach(.edged, attachment: attachment) }
        await withTaskGroup(of: Void.self) { group in
            // A fixed number of workers and one timer, owned by the group: they end when reading does.
            for _ in 0..<max(1, settings.workers) { group.addTask { await self.work() } }
            group.addTask { await self.retry() }
            await read(mailbox, attachment: attachment)
            await pods.close()
            group.cancelAll()
        }
    }

    private func waitUntilNameIsFree() async {
        while bus.modules.contains(where: { $0.info.name == .edged && $0.isAttached }) {
            do { try await Task.sleep(for: settings.retry) } catch { return }
        }
    }

    /// Lists and reads in one task: what is read after a listing was delivered after it, or is in it.
    private func read(_ mailbox: Mailbox, attachment: Int) async {
        await list()
        while !Task.isCancelled, bus.isCurrent(.edged, attachment: attachment) {
            for message in await mailbox.next() {
                if message.route.operation == .relist {
                    await list()
                } else {
                    await take(message)
                }
            }
        }
    }

    private func take(_ message: Message) async {
        let operation = message.route.operation
        if operation.isVolume { return await answerVolume(message) }
        guard let path = try? ResourcePath(parsing: message.route.resource) else { return }
        switch (operation, path.type) {
        case (.insert, .pod), (.update, .pod):
            if let pod = try? JSONValue(parsing: message.content.json) { await pods.put(pod) }
        case (.delete, .pod): await pods.remove(path.key)
        case (.insert, .configMap), (.update, .configMap), (.insert, .secret), (.update, .secret):
            await pods.retryWaiting(in: path.namespace)
        default: break
        }
    }

    /// Asks for every pod of the node.
    private func list() async {
        let request = message(.query, "default/pod", content: .null)
        do {
            let answer = try await bus.request(request, from: info, within: settings.requestTimeout)
            guard answer.route.operation == .response else {
                return logger.warning(
                    "The simulated edged got no pods", metadata: ["cause": "\(Self.text(of: answer))"])
            }
            await pods.replaceAll(Self.objects(in: answer.content))
        } catch {
            if !Task.isCancelled { logger.warning("The simulated edged got no pods", metadata: ["cause": "\(error)"]) }
        }
    }

    /// Looks at pods until there are no more.
    private func work() async {
        while let key = await pods.next() {
            if let pod = await pods.pod(key) { await look(at: pod) }
            await pods.finish(key)
        }
    }

    /// Looks again and again at pods that lack something.
    private func retry() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: settings.retry) } catch { return }
            await pods.retryWaiting()
        }
    }

    /// A message as edged sends it.
    func message(_ operation: Operation, _ resource: String, content: Content) -> Message {
        Message(
            header: Header(id: ids.withLock { $0.next() }, timestamp: time.now().wall),
            route: Route(source: .edged, group: .meta, operation: operation, resource: resource), content: content)
    }

    private func answerVolume(_ message: Message) async {
        let path = try? ResourcePath(parsing: message.route.resource)
        let asked = try? JSONValue(parsing: message.content.json)
        let content: JSONValue
        switch message.route.operation {
        case .createVolume:
            let name = asked?["name"]?.text ?? path?.id ?? ""
            content = [
                "volume": [
                    "volume_id": JSONValue(text: "simulated-\(StableDigest.uid(name))"),
                    "capacity_bytes": asked?["capacity_range"]?["required_bytes"] ?? 0,
                    "volume_context": ["simulated": "true"],
                ]
            ]
        case .controllerPublishVolume: content = ["publish_context": ["simulated": "true"]]
        default: content = .object([])
        }
        await bus.respond(to: message, content: Content(content), from: info, id: ids.withLock { $0.next() })
    }

    /// The objects of a listing, each of which is a text of its own.
    static func objects(in content: Content) -> [JSONValue] {
        switch content.form {
        case .texts(let texts): return texts.compactMap { try? JSONValue(parsing: $0) }
        case .stored:
            guard let list = try? JSONValue(parsing: content.json) else { return [] }
            return list.elements.compactMap { $0.text.flatMap { try? JSONValue(parsing: Bytes($0.utf8)) } }
        case .json(let json, _):
            guard let list = try? JSONValue(parsing: json) else { return [] }
            return list.elements.compactMap { element in
                guard let text = element.text else { return element }
                return try? JSONValue(parsing: Bytes(text.utf8))
            }
        }
    }

    static func text(of answer: Message) -> String { answer.content.string ?? "an answer of another form" }
}

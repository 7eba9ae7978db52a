import Beehive
import MetaManager
import ServiceLifecycle

/// An agent of one's own in the same process: takes the node's pods and says that they run.
struct TinyEdged: Service {
    let bus: ModuleBus
    private let info = ModuleInfo(name: .edged)
    private let ids = Lock(MessageIDSource())

    init(bus: ModuleBus) { self.bus = bus }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let (mailbox, attachment) = bus.attach(info)
            defer { bus.detach(info.name, attachment: attachment) }
            var reported: [String: String] = [:]
            while !Task.isCancelled {
                for message in await mailbox.next() {
                    switch (message.route.operation, type(of: message)) {
                    case (.relist, _):
                        for pod in await list() { await look(at: pod, &reported) }
                    case (.insert, .pod), (.update, .pod):
                        guard let pod = try? JSONValue(parsing: message.content.json) else { continue }
                        await look(at: pod, &reported)
                    case (.delete, .pod):
                        if let name = message.route.resource.split(separator: "/").last {
                            say("pod \(name) is to go")
                        }
                    default: break
                    }
                }
            }
        }
    }

    private func type(of message: Message) -> ResourceType {
        // Messages that name no object, such as the link's state, have no type.
        (try? ResourcePath(parsing: message.route.resource))?.type ?? ""
    }

    /// Every pod of the node, from the store.
    private func list() async -> [JSONValue] {
        guard let answer = await ask(.query, "default/pod", .null),
            let list = try? JSONValue(parsing: answer.content.json)
        else { return [] }
        return list.elements.compactMap { $0.text.flatMap { try? JSONValue(parsing: Bytes($0.utf8)) } }
    }

    /// Reports a pod that was not reported yet.
    private func look(at pod: JSONValue, _ reported: inout [String: String]) async {
        guard let name = pod["metadata"]?["name"]?.text, let namespace = pod["metadata"]?["namespace"]?.text,
            let uid = pod["metadata"]?["uid"]?.text, reported["\(namespace)/\(name)"] != uid
        else { return }
        let status: JSONValue = [
            "phase": "Running", "conditions": [["type": "Ready", "status": "True"]],
            "startTime": JSONValue(text: KubernetesTimestamp.text(SystemTime().now().wall)),
        ]
        let report: JSONValue = ["UID": JSONValue(text: uid), "Name": JSONValue(text: name), "Status": status]
        // The answer comes after the commit: the report is on the disk, and on its way to the cloud.
        guard await ask(.update, "\(namespace)/podstatus/\(name)", Content(report)) != nil else { return }
        reported["\(namespace)/\(name)"] = uid
        say("pod \(namespace)/\(name) reported as Running")
    }

    private func ask(_ operation: Operation, _ resource: String, _ content: Content) async -> Message? {
        let message = Message(
            header: Header(id: ids.withLock { $0.next() }, timestamp: SystemTime().now().wall),
            route: Route(source: info.name, group: .meta, operation: operation, resource: resource), content: content)
        do {
            let answer = try await bus.request(message, from: info, within: .seconds(60))
            if answer.route.operation == .response { return answer }
            say("\(operation) of \(resource): \(answer.content.string ?? "refused")")
        } catch {
            if !Task.isCancelled { say("\(operation) of \(resource): \(error)") }
        }
        return nil
    }
}

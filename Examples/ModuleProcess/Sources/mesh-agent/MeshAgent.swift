import Beehive
import BeehiveSocket
import NIOPosix
import ServiceLifecycle

/// A small service mesh's agent: knows the services and who serves them, and says when that changes.
struct MeshAgent: Service {
    let socket: String

    /// Stays attached until the service is shut down; what comes while it is away waits in its mailbox.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let client = try await BeehiveModuleClient.connect(
                        path: socket, name: .edgeMesh, on: MultiThreadedEventLoopGroup.singleton)
                    say("attached as \(client.name)")
                    try await serve(client)
                    await client.close()
                } catch {
                    if !Task.isCancelled { say("not attached: \(error)") }
                }
                // Sleeping ends early only when the task is cancelled.
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func serve(_ client: BeehiveModuleClient) async throws {
        var table = RoutingTable()
        for await message in client.messages {
            switch message.route.operation {
            case .relist:
                // The daemon has not yet told this module anything, or could not keep all: ask for everything.
                table = RoutingTable()
                for type in [ResourceType.service, .endpoints] {
                    let answer = try await client.request(
                        client.message(.query, "default/\(type)"), within: .seconds(60))
                    for object in StoredObjects(answer.content) { table.set(object, type: type) }
                }
                table.print()
                try await report(client, "Routing", "\(table.count) services")
            case .insert, .update:
                guard let path = try? ResourcePath(parsing: message.route.resource) else { continue }
                for object in StoredObjects(message.content) { table.set(object, type: path.type) }
                table.print()
            case .delete:
                guard let path = try? ResourcePath(parsing: message.route.resource) else { continue }
                table.remove(path)
                table.print()
            default:
                // Whoever asks a module something waits for its answer.
                if message.header.sync { try await client.respond(to: message, content: .ok) }
            }
        }
        say("the daemon closed the connection")
    }

    /// An event for the cloud: it is on the daemon's disk when the answer comes, and arrives when the cloud can be reached.
    private func report(_ client: BeehiveModuleClient, _ reason: String, _ text: String) async throws {
        let time = KubernetesTimestamp.text(SystemTime().now().wall)
        let name = "mesh-agent.\(client.message(.insert, "").id)"
        let event: JSONValue = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": JSONValue(text: name), "namespace": "default"],
            "involvedObject": ["kind": "Node", "name": "edge-node-1"], "reason": JSONValue(text: reason),
            "message": JSONValue(text: text), "type": "Normal", "source": ["component": "mesh-agent"],
            "firstTimestamp": JSONValue(text: time), "lastTimestamp": JSONValue(text: time), "count": 1,
        ]
        let answer = try await client.request(
            client.message(.insert, "default/event/\(name)", content: Content(event)), within: .seconds(60))
        say(answer.content.isOK ? "reported: \(text)" : "not reported: \(answer.content.string ?? "refused")")
    }
}

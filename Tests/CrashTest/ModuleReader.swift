import Beehive
import BeehiveSocket

/// What a careful module does with its connection: takes what comes, and lists what it is told to list.
struct ModuleReader: Sendable {
    /// Told of each object's version, and whether a listing brought it; a delete counts as a version.
    let onObject: @Sendable (_ key: String, _ version: Int, _ isListing: Bool) -> Void
    /// Called once, when all that was to be listed has been.
    let onListed: @Sendable () -> Void

    /// Reads until the connection ends.
    func read(_ client: BeehiveModuleClient) async {
        var open: Set<String> = []
        var isListed = false
        for await message in client.messages {
            switch message.route.operation {
            case .relist:
                let types = (try? JSONValue(parsing: message.content.json))?.elements.compactMap(\.text) ?? []
                for type in types {
                    let query = client.message(.query, "default/\(type)")
                    open.insert(query.id)
                    // A daemon that was killed meanwhile takes no more messages; the round ends then.
                    try? await client.send(query)
                }
            case .response where open.remove(message.header.parentID) != nil:
                take(listing: message)
                if open.isEmpty, !isListed {
                    isListed = true
                    onListed()
                }
            case .insert, .update, .delete: take(delivery: message)
            default: break
            }
        }
    }

    private func take(listing message: Message) {
        let texts = (try? JSONValue(parsing: message.content.json))?.elements.compactMap(\.text) ?? []
        for text in texts {
            guard let object = try? JSONValue(parsing: Bytes(text.utf8)), let metadata = object["metadata"],
                let version = metadata["resourceVersion"]?.text.flatMap({ Int($0) }), let kind = object["kind"]?.text,
                let namespace = metadata["namespace"]?.text, let name = metadata["name"]?.text
            else { continue }
            onObject("\(namespace)/\(kind.lowercased())/\(name)", version, true)
        }
    }

    private func take(delivery message: Message) {
        let version = message.content.text(message.content.sketch.resourceVersion).flatMap { Int($0) }
        if let version { onObject(message.route.resource, version, false) }
    }
}

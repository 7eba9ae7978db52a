import Beehive

/// Text as the bytes of a frame.
func bytes(_ text: String) -> Bytes { Bytes(text.utf8) }

/// Bytes as text, for readable failures.
func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

/// A message with a short id.
func sample(
    _ operation: Operation, _ resource: String, _ content: String = "{}", id: String = "m", parent: String = "",
    sync: Bool = false
) throws -> Message {
    Message(
        header: Header(id: id, parentID: parent, timestamp: 1, sync: sync),
        route: Route(source: "edgecontroller", group: .resource, operation: operation, resource: resource),
        content: try Content(json: bytes(content)))
}

/// The smallest frame, with a content.
func frame(content: String) -> Bytes { bytes(#"{"header":{"msg_id":"m","timestamp":1},"content":"# + content + "}") }

public import Beehive

/// What a module has to list again, and the frame that tells it so (`messages.md`, section 7).
public enum RelistTypes {
    /// The types that a module new to this process has to list.
    ///
    /// - Parameter module: the module.
    /// - Returns: the types that it consumes.
    public static func of(_ module: ModuleInfo) -> Set<ResourceType> { TypeRules.consumed(by: module) }

    /// The frame: source MetaManager, operation `relist`, resource `module`, content = the types.
    ///
    /// - Parameters:
    ///   - module: who is told.
    ///   - types: what it has to list.
    ///   - id: the frame's id.
    ///   - now: both clocks.
    /// - Returns: the frame.
    public static func frame(for module: ModuleInfo, types: [ResourceType], id: String, at now: Moment) -> Message {
        Message(
            header: Header(id: id, timestamp: now.wall),
            route: Route(
                source: module.isClassic ? .metaManagerClassic : .metaManager, group: module.group, operation: .relist,
                resource: ResourceType.module.rawValue),
            content: Content(.array(types.map { JSONValue(text: $0.rawValue) })))
    }
}

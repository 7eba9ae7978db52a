/// A part of the daemon that takes live settings over while it runs.
///
/// In two steps, so that a configuration is taken over by all parts or by none: first each part reads what the settings
/// name, which may fail and changes nothing; then all take over what they have prepared, which cannot fail.
package struct LivePart: Sendable {
    /// What a part has prepared, ready to be taken over.
    package typealias Change = @Sendable () -> Void

    /// The keys that it owns.
    package let keys: [String]
    /// Reads what the settings name; the error names the key, the cause and the cure.
    package let prepare: @Sendable (Settings) throws -> Change

    /// A part that has something to prepare.
    package init(_ keys: [String], preparing prepare: @escaping @Sendable (Settings) throws -> Change) {
        self.keys = keys
        self.prepare = prepare
    }

    /// A part that just takes values over.
    package init(_ keys: [String], taking take: @escaping @Sendable (Settings) -> Void) {
        self.init(keys, preparing: { settings in { take(settings) } })
    }
}

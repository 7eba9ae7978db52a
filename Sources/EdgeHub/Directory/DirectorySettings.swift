/// The settings of the directory source (`edgehub.controller.protocol: directory`).
public struct DirectorySettings: Sendable, Hashable {
    /// The folder of manifests.
    public var folder: String
    /// Where states that come up are written, and what the source has to remember.
    public var statusFolder: String
    /// How long a burst of changes has to be over before the folder is read; a burst never holds it up for longer
    /// than ten times this.
    public var debounce: Duration = .milliseconds(200)
    /// How often the folder is looked for while it is absent, and looked through where watching is not possible.
    public var rescan: Duration = .seconds(3)
    /// How long an acknowledgement is waited for.
    public var ackTimeout: Duration = .seconds(5)
    /// How often a frame is sent before it is put off for a growing time.
    public var sendings = 5
    /// The most objects on their way without an acknowledgement.
    public var window = 256
    /// How many entries of the outbox may be under work.
    public var credit = 64
    /// The largest file that is read.
    public var maximumFileBytes = 8 << 20
    /// The most files that are read.
    public var maximumFiles = 10_000
    /// At this size the list of events is put aside, in place of the one put aside before.
    public var maximumEventBytes = 4 << 20
    /// Sends every object at the start, as after the loss of the database.
    public var sendsEverything = false

    /// Makes settings with the defaults.
    ///
    /// - Parameters:
    ///   - folder: the folder of manifests.
    ///   - statusFolder: where states are written; `status` beside the folder if nil.
    public init(folder: String, statusFolder: String? = nil) {
        var folder = folder
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        self.folder = folder
        let parent = folder.lastIndex(of: "/").map { folder[...$0] } ?? ""
        self.statusFolder = statusFolder ?? "\(parent)status"
    }
}

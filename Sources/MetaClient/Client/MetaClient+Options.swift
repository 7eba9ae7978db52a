extension MetaClient {
    /// How a client behaves.
    public struct Options: Sendable, Hashable {
        /// How long the daemon may be silent before an answer is whole; it gives the cloud up to 10 s.
        public var timeout = Duration.seconds(60)
        /// How long a watch may hear nothing; the daemon sends a sign of life each minute.
        public var silence = Duration.seconds(180)
        /// How long a watch tries to come back before it gives up and throws.
        public var patience = Duration.seconds(600)
        /// The most bytes of one answer, and of one event.
        public var maximumBytes = 64 << 20
        /// The most objects of one list, and that one watch keeps in mind; it keeps their names, uids and versions.
        public var maximumObjects = 100_000
        /// How many bytes wait to be taken before the socket is read no further.
        public var bufferedBytes = 256 << 10

        /// The usual options.
        public init() {}
    }
}

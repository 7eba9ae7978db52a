public import Beehive
public import NodePKI

extension FakeCloudCore {
    /// Which KubeEdge release line the cloud speaks like.
    public enum Generation: String, Sendable, CaseIterable {
        /// 1.23: registration by Node, patches, leases; queues keyed by uid.
        case current
        /// 1.2: `nodestatus`, unanswered pod states, queues that outlive a connection.
        case classic
    }

    /// What carries the websocket.
    public enum Transport: String, Sendable, CaseIterable {
        /// `ws://`, for tests of the conversation alone.
        case plain
        /// `wss://`, with a client certificate demanded.
        case tls
    }

    /// How a cloud behaves; the defaults are CloudCore's.
    public struct Settings: Sendable {
        /// The release line.
        public var generation = Generation.current
        /// What carries the websocket; only `tls` has the https port.
        public var transport = Transport.plain
        /// The websocket's port on 127.0.0.1; any free one if 0.
        public var port = 0
        /// The https port on 127.0.0.1; any free one if 0.
        public var httpsPort = 0
        /// Names in the server's certificate.
        public var hostNames = ["localhost"]
        /// Addresses in the server's certificate.
        public var addresses = ["127.0.0.1"]
        /// What the cloud writes into each Node's annotation `cloudcore`.
        public var advertisedAddress = "192.0.2.2"
        /// A session without a keepalive for so long is ended.
        public var keepaliveLimit = Duration.seconds(30)
        /// How long one sending waits for its ack.
        public var ackWait = Duration.seconds(5)
        /// How often a message is sent before the next gets its turn.
        public var sendings = 5
        /// The first delay of a message that was given up for now; doubles with each round.
        public var requeueDelay = Duration.milliseconds(5)
        /// The longest such delay.
        public var requeueLimit = Duration.seconds(1000)
        /// How often the objects are compared with what the nodes acked.
        public var syncPeriod = Duration.seconds(5)
        /// Nodes beyond this connect, and get no session.
        public var nodeLimit = 500
        /// The CA; a new one if nil.
        public var authority: CertificateAuthority?
        /// The server's certificate and key as PEM, for peers with other keys than the CA's; made if nil.
        public var serverIdentity: (certificate: String, key: String)?
        /// Certificates that nodes' certificates are verified against, as PEM; the CA's if nil.
        public var clientTrust: String?
        /// Whether TLS 1.3 is left out.
        public var isTLS12Only = false
        /// How long a node's certificate lives.
        public var certificateLifetime = Duration.seconds(365 * 86_400)
        /// How long the join token lives.
        public var tokenLifetime = Duration.seconds(86_400)
        /// How many frames are kept; older ones are forgotten.
        public var recordLimit = 200_000
        /// How many bytes of payload are kept; older frames are forgotten.
        public var recordBytes = 256 << 20
        /// Whether a status report comes back at once as an `update` of its object, as it does since Kubernetes keeps
        /// `managedFields`; else the sync loop brings it.
        public var echoesStatus = true
        /// Whether the dynamic controller answers the nodes' applications; a real cloud's is off unless it is set up.
        public var hasDynamicController = false
        /// The first resource version; a cloud that stands in for an earlier one has to begin above its versions.
        public var firstVersion: UInt64 = 200
        /// Objects to begin with.
        public var objects: [JSONValue] = []
        /// Makes ids and tokens the same for the same number; any if nil.
        public var seed: UInt64?
        /// Told one line for each thing that happens, for people; never a body.
        ///
        /// Called on the cloud's thread.
        public var onEvent: (@Sendable (String) -> Void)?

        /// CloudCore's defaults.
        ///
        /// - Parameter generation: the release line.
        public init(generation: Generation = .current) {
            self.generation = generation
            if generation == .classic {
                nodeLimit = 10
                echoesStatus = false
            }
        }
    }
}

/// What is wrong with a key, a request, a certificate or a token; never holds any part of a key or token.
public struct PKIError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing is wrong; a struct, so that new kinds break nobody.
    public struct Code: Sendable, Hashable {
        private enum Name: Sendable, Hashable {
            case pem
            case key
            case request
            case certificate
            case address
            case tokenForm
            case tokenSignature
            case tokenExpired
        }

        private let name: Name

        private init(_ name: Name) { self.name = name }

        /// The text holds no PEM block of the kind that is needed.
        public static let pem = Code(.pem)
        /// The bytes are no key of a kind that can be used here.
        public static let key = Code(.key)
        /// The bytes are no certificate request, or it is not signed by its own key.
        public static let request = Code(.request)
        /// The bytes are no certificate.
        public static let certificate = Code(.certificate)
        /// The text is no IP address.
        public static let address = Code(.address)
        /// The token is no JWT.
        public static let tokenForm = Code(.tokenForm)
        /// The token was not made by this authority.
        public static let tokenSignature = Code(.tokenSignature)
        /// The token's time is over.
        public static let tokenExpired = Code(.tokenExpired)
    }

    /// What kind of thing is wrong.
    public let code: Code
    /// One line for people: the thing and the cause.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

public import NodePKI

/// The files with the cluster's public keys (`metaserver.auth.service-account.key-files`).
public enum KeyFiles {
    /// Reads them all; there may be several keys in one file.
    ///
    /// - Parameter paths: the files.
    /// - Returns: the keys, in order.
    /// - Throws: `ServerError` that names the file and the cure.
    public static func load(_ paths: [String]) throws(ServerError) -> [VerificationKey] {
        var keys: [VerificationKey] = []
        for path in paths {
            guard let bytes = try SmallFile.load(path) else {
                throw ServerError(description: "\(path) is not there; copy the API server's public key to it")
            }
            do throws(PKIError) {
                keys += try VerificationKey.keys(pem: String(decoding: bytes, as: UTF8.self))
            } catch {
                throw ServerError(
                    description: "\(path): \(error); a PEM file of public keys or certificates is wanted, such as "
                        + "the API server's sa.pub")
            }
        }
        guard keys.count <= TokenRules.keyLimit else {
            throw ServerError(
                description: "\(keys.count) keys are more than \(TokenRules.keyLimit); remove those that sign no more")
        }
        return keys
    }
}

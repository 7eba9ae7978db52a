internal import Beehive
internal import Crypto

/// Remembers tokens that were good, so that a client's every request does not cost a check of its signature.
///
/// Only what keys and claims say is remembered; times and accounts are looked at for each request. Bounded: two halves,
/// the younger of which becomes the older when it is full. Bad tokens are not remembered: anybody can make them.
final class VerifiedTokens: Sendable {
    private struct State {
        var rules: TokenRules
        /// Counts changes of the rules, so that a check by old keys does not outlive them.
        var generation = 0
        var young: [SHA256.Digest: ServiceAccountToken] = [:]
        var old: [SHA256.Digest: ServiceAccountToken] = [:]
    }

    private let state: Lock<State>
    private let half: Int

    /// Remembers as many as the capacity says.
    init(rules: TokenRules, capacity: Int = 1024) {
        state = Lock(State(rules: rules))
        half = max(1, capacity / 2)
    }

    /// Takes other keys, issuers, audiences over: nothing that was checked before counts any more.
    func set(_ rules: TokenRules) {
        state.withLock { $0 = State(rules: rules, generation: $0.generation + 1) }
    }

    /// Tokens that are remembered.
    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    func check(_ token: [UInt8], now: Int64) throws(TokenFault) -> ServiceAccountToken {
        guard token.count <= TokenRules.limit else { throw .tooLong(limit: TokenRules.limit) }
        let name = SHA256.hash(data: token)
        let (known, rules, generation) = state.withLock { state in
            (state.young[name] ?? state.old[name], state.rules, state.generation)
        }
        if let known {
            try known.checkTimes(now: now)
            remember(name, known, generation)
            return known
        }
        let checked = try rules.check(token, now: now)
        remember(name, checked, generation)
        return checked
    }

    private func remember(_ name: SHA256.Digest, _ token: ServiceAccountToken, _ generation: Int) {
        state.withLock { state in
            guard state.generation == generation, state.young[name] == nil else { return }
            if state.young.count >= half {
                state.old = state.young
                state.young = [:]
            }
            state.young[name] = token
        }
    }
}

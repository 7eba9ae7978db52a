/// How objects look, in a short notation of our own: a line for each field, read when a document is asked for.
///
/// `@package version group` opens the types of one version. `Name: what it is` opens a type; `Name*` is a kind, which
/// has `apiVersion`, `kind` and `metadata` besides; `Name +Other` begins with the fields of another type of the same
/// version; `Name: what it is = type format` is a plain value. A field is `name type: what it is`, with `!` behind
/// the name where it must stand. Types are `str`, `int`, `long`, `bool`, `num`, `bytes`, `any`, `time`, `micro`, `qty`
/// (a quantity), `intstr` (a number or text), the name of a type (`core.` or `meta.` before it unless it stands in the
/// same version), and `[type]` and `{type}` for lists and maps of them. How strategic merge treats a field stands
/// behind an `@` after its type: the key by which elements are matched, and the other ways than plain merging, such as
/// `@name,retain`; `@` alone merges a list of plain values.
enum SchemaText {
    /// Everything, in no order of meaning.
    static let all = [meta, pod, podStatus, volumes, storage, core, workloads, others, extensions]
}

extension SchemaText {
    /// What every object has in common.
    static let meta = """
        @meta v1
        ObjectMeta: What every stored object carries about itself.
          annotations {str}: Free notes for programs and people; never used to select objects.
          creationTimestamp time: When the object was stored first.
          deletionGracePeriodSeconds long: How many seconds the object may take to end; set when it is deleted.
          deletionTimestamp time: When the object is to be gone; set when its deletion was asked for.
          finalizers [str] @: Who still has work to do before the object may go.
          generateName str: The beginning of a name that the server completes, if no name is given.
          generation long: A number that grows with each change of what is wanted.
          labels {str}: Words by which objects are selected and grouped.
          managedFields [ManagedFieldsEntry]: Who set which fields, for server-side apply.
          name str: The name; unique among objects of its kind in its namespace.
          namespace str: The namespace the object lives in; empty for kinds of the cluster.
          ownerReferences [OwnerReference] @uid: The objects this one belongs to; it goes when they are gone.
          resourceVersion str: The version of the stored object, for watches and careful updates; opaque.
          selfLink str: No longer filled.
          uid str: The identity of this object, different from any other of the same name before or after.
        ManagedFieldsEntry: Which fields one manager set.
          apiVersion str: The version in which the fields are named.
          fieldsType str: The form of the fields; FieldsV1.
          fieldsV1 any: The fields.
          manager str: The name of the manager.
          operation str: Apply or Update.
          subresource str: The subresource through which it was written.
          time time: When the manager last changed the set.
        OwnerReference: An object that another belongs to.
          apiVersion! str: The version of the owner's kind.
          blockOwnerDeletion bool: The owner stays until this object is gone, when deleted in the foreground.
          controller bool: The owner is the one that controls this object.
          kind! str: The owner's kind.
          name! str: The owner's name.
          uid! str: The owner's identity.
        LabelSelector: Which objects are meant, by their labels; all conditions have to hold.
          matchExpressions [LabelSelectorRequirement]: Conditions on labels.
          matchLabels {str}: Labels that have to stand with these values.
        LabelSelectorRequirement: One condition on a label.
          key! str: The label.
          operator! str: In, NotIn, Exists or DoesNotExist.
          values [str]: The values for In and NotIn.
        Condition: One aspect of an object's state.
          lastTransitionTime! time: When the status last changed.
          message! str: The cause in a sentence.
          observedGeneration long: The generation this tells of.
          reason! str: The cause in one word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        Time: A moment, as RFC 3339 writes it. = str date-time
        MicroTime: A moment with microseconds, as RFC 3339 writes it. = str date-time
        FieldsV1: A set of fields. = any
        """
}

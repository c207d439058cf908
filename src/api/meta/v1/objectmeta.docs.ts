import { doc, type StructDoc } from "../../doc.ts";
import { ObjectMeta, ManagedFieldsEntry, OwnerReference } from "./objectmeta.ts";

export const objectmetaDocs: readonly StructDoc[] = [
  doc(ObjectMeta, "What all objects have: names, labels, owners, versions.", {
    name: "Name of the object, unique among those of its kind in the namespace; it cannot change.",
    generateName:
      "Prefix for a name that the server makes up, when name is empty: the prefix and five random characters.",
    namespace:
      "Namespace that the object is in, the one named default unless said; none for kinds of the whole cluster. It cannot change.",
    selfLink: "No longer filled in.",
    uid: "Unique id that the server gives at creation; an object made later under the same name has another.",
    resourceVersion:
      "Changes with every write; send it back to be refused if somebody else wrote in between. Compare for equality only.",
    generation:
      "Counts the changes of the desired state; controllers say in status.observedGeneration how far they are.",
    creationTimestamp: "When the server made the object.",
    deletionTimestamp:
      "When the object will be gone, set when its deletion is asked for; it goes once finalizers is empty.",
    deletionGracePeriodSeconds:
      "Seconds that the object gets to end, set with deletionTimestamp; it can only become less.",
    labels: "Short keys and values to select objects by; values have at most 63 characters.",
    annotations: "Keys and values that tools keep with the object; not for selecting, 256 KiB in all.",
    ownerReferences:
      "Objects that this one belongs to; when all are gone, it is deleted. At most one is the controller.",
    finalizers: "Names of what must be done before the object goes; who has done it removes its name.",
    managedFields: "Who set which fields; kept by the server for server-side apply.",
  }),
  doc(ManagedFieldsEntry, "The fields that one manager set in one way.", {
    manager: "Name of who set the fields, such as kubectl.",
    operation: "Apply for server-side apply, Update for all other writes.",
    apiVersion: "Version that the field set is written in.",
    time: "When the entry last changed.",
    fieldsType: "Format of the field set; always FieldsV1.",
    fieldsV1:
      "The field set: nested objects with keys f:name for fields, k:{...} for list items by key and v:value for set members.",
    subresource: "Subresource that the fields were written through; empty for the object itself.",
  }),
  doc(OwnerReference, "An object that another one belongs to, in the same namespace or in none.", {
    apiVersion: "Group and version of the owner.",
    kind: "Kind of the owner.",
    name: "Name of the owner.",
    uid: "UID of the owner; a new object of the same name is not the owner.",
    controller: "Whether the owner is the controller that manages the object.",
    blockOwnerDeletion:
      "Whether an owner that is deleted in the foreground stays until this object is gone; default false.",
  }),
];

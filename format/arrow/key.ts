/** Key of the schema's metadata under which the header stands, as JSON. Its presence makes an Arrow stream a record. */
export const HEADER_KEY = "damo";

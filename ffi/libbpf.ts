const SYMBOLS = {
  /** `const char *libbpf_version_string(void)` */
  libbpf_version_string: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The version of the libbpf that the native library is linked to, as `1.1`; `undefined` where there is none. */
export function libbpfVersion(): string | undefined {
  let library: Deno.DynamicLibrary<typeof SYMBOLS>;
  try {
    library = Deno.dlopen("libbpf.so.1", SYMBOLS);
  } catch {
    return undefined;
  }
  try {
    const text = library.symbols.libbpf_version_string();
    return text ? Deno.UnsafePointerView.getCString(text).replace(/^v/, "") : undefined;
  } finally {
    library.close();
  }
}

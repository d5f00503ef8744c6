# damo on a machine that has git, make, a C compiler and Node.js with npm: everything else is installed by ./setup, which says
# what and why. As root it installs Debian packages; without root it prints the command that does.
#
#   make build   Deno, the npm packages, the BPF tracer with its library, the workload generator
#   make demo    record a workload with DAMON and show its heat map (in a virtual machine where this kernel cannot)
#   make test    everything that can be checked: see tests/run
#   make kernels the lab's other kernels, once: Debian's newest, and those with DAMON's older interface; `make test` says what it skips
#   make ok      format, lint, types, documentation, unit tests: what to run before a commit
#   make bare    the README's commands on minimal Debian 12 and 13, as root; some hours: see tests/bare/run
#   make sanitize  the native tests with AddressSanitizer and UBSan in the library
#   make format-c  writes the C sources in their format; with CHECK=1 says which are not in it
#   make package  build/damo-VERSION.tgz: what runs without this folder, on older systems too; see README
#   make clean   remove what was built (Deno in .deno, downloads in .cache stay)

.DEFAULT_GOAL := build
.NOTPARALLEL:

PARTS := bpf workload
# The parts of `deno task ok`, one by one: all run, even where one fails.
OK := ok:format ok:lint ok:check ok:doc ok:unit
# What fills the cache of Deno.
SOURCES := $(wildcard mod.ts */*.ts */*/*.ts tests/lab/guest/*.ts)

# For `make kernels`: KERNELS=6.12-debugfs builds only that one, in some 13 minutes on two processors; newest is fetched.
KERNELS := newest 6.12-debugfs 6.1

.PHONY: bare sanitize format-c package kernels build demo test ok clean help native ready

# With sudo, what needs no root is done as who ran it, and what root made belongs to them afterwards.
READY = ./setup --as-owner $(MAKE) --no-print-directory ready
AND_BACK = code=$$?; ./setup --give-back; exit $$code

build:
	@./setup build deno
	@$(READY)
	@echo 'built; now: ./damo --help'

demo:
	@./setup build demo deno
	@$(READY)
	@./damo demo; $(AND_BACK)

test:
	@./setup build lab test deno
	@$(READY)
	@tests/run $(OK) test test:lab; $(AND_BACK)

kernels:
	@KERNELS='$(KERNELS)' ./setup kernels
	@(for kernel in $(KERNELS); do \
	  if [ $$kernel = newest ]; then lab/fetch newest; else lab/kernel --build $$kernel; fi || exit 1; \
	done); $(AND_BACK)

bare:
	@tests/bare/run; $(AND_BACK)

sanitize:
	@./setup build deno
	@$(READY)
	@tests/sanitize; $(AND_BACK)

# Of any version from 14 on, which Debian 12 has.
format-c:
	@./setup format
	@git ls-files -z 'bpf/*.[ch]' 'workload/*.[ch]' 'tests/fuzz/c/*.[ch]' | xargs -0 clang-format $(if $(CHECK),--dry-run -Werror,-i)

ok:
	@./setup deno
	@tests/run $(OK); $(AND_BACK)

# After set-up.
ready: native build/cached

# Each part says nothing when there is nothing to do.
native:
	@for part in $(PARTS); do \
	  $(MAKE) -q -C $$part >/dev/null 2>&1 || { echo "building $$part/"; $(MAKE) -s -C $$part; } || exit 1; \
	done

# Deno keeps each file without its types. Done here, and not at the first start: the lab sees that cache read-only, and there
# it is many seconds. Its cache of compiled code it makes when it first runs: here by its owner, and not by root under sudo.
build/cached: $(SOURCES) deno.json deno.lock
	@mkdir -p build
	@.deno/deno cache --quiet $(wildcard cli/*.ts cli/*/*.ts tests/lab/guest/*.ts)
	@./damo --version >/dev/null
	@touch $@

# The sources that run and what README links to, with the native parts as built here: they need libbpf 1.0 and glibc 2.34.
# .package tells ./setup that this is one. Folders are named too: made by tar on its way, they would have the umask's mode.
package: build
	@version=$$(sed -n 's/^  "version": "\(.*\)",/\1/p' deno.json) && touch build/.package && \
	{ git ls-files -- '*.ts' deno.json deno.lock damo setup setup.d README.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md LICENSE CHANGELOG.md bpf workload schemes schema \
	  docs examples notebooks lab ':!tests'; printf '%s\n' build/libdamo.so build/workload build/.package; } | \
	awk -F / '{ path = "."; while (1) { if (!seen[path]++) print path; if (++i >= NF) break; path = (path == "." ? "" : path "/") $$i } i = 0; print }' | \
	tar -czf build/damo-$$version.tgz --no-recursion --owner=0 --group=0 --mode=u+rwX,go+rX,go-w \
	  --transform "s,^build/.package,.package,;s,^,damo-$$version/," -T - && \
	chmod 644 build/damo-$$version.tgz && ./setup --give-back && echo build/damo-$$version.tgz

clean:
	@rm -rf build 2>/dev/null || { ./setup --check-owner; exit 1; }

help:
	@sed -n 's/^#   //p' Makefile

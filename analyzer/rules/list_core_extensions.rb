# Prints the methods that Ruby's core classes have and the RBS core signatures leave out: those that the signatures
# never declared and those that libraries of the distribution add when they are loaded. analyzer/rules/core_extensions.cc
# holds the output as its table; run this with the Ruby that the signatures belong to and put the output there.
#
#   ruby --disable-gems analyzer/rules/list_core_extensions.rb FOLDER_OF_CORE_SIGNATURES

CORE = ObjectSpace.each_object(Module).select(&:name).to_a

LIBRARIES = %w[
  abbrev base64 benchmark bigdecimal bigdecimal/util cgi cgi/util coverage csv date delegate digest drb English erb etc
  expect fcntl fiddle fileutils find forwardable getoptlong io/console io/console/size io/nonblock io/wait ipaddr json
  json/add/core kconv logger matrix monitor mutex_m net/http nkf objspace observer open-uri open3 openssl optparse
  ostruct pathname pp prettyprint prime pstore psych pty racc/parser random/formatter rbconfig readline reline resolv
  ripper securerandom set shellwords singleton socket stringio strscan syslog tempfile time timeout tmpdir tsort
  un unicode_normalize/normalize uri weakref yaml zlib continuation error_highlight did_you_mean
].freeze

# What a signature file declares of each class: a line scanner is enough for names.
def declared(folder)
  names = Hash.new { |hash, key| hash[key] = [] }
  Dir.glob("#{folder}/**/*.rbs").sort.each do |path|
    nesting = []
    File.foreach(path) do |line|
      case line
      when /^\s*(?:class|module|interface)\s+(?:::)?([A-Z_][\w:]*)/ 
        nesting.push($1)
        names[nesting.join('::')]
      when /^\s*end\b/ then nesting.pop
      when /^\s*(?:private |public )?def\s+(self\??\.)?(`[^`]+`|[^\s:(]+[?!=]?|\S+?):(?=\s|$)/
        names[nesting.join('::')] << $2.delete('`')
      when /^\s*alias\s+(?:self\.)?(\S+)/ then names[nesting.join('::')] << $1
      when /^\s*attr_(\w+)\s+(?:self\.)?(\w+[?!]?)/
        names[nesting.join('::')] << $2 << "#{$2}="
      end
    end
  end
  names
end

# `Class#method` for what instances have, `Class.method` for what the class object has.
def left_out(known)
  CORE.select { |mod| known.key?(mod.name) }.flat_map do |mod|
    from = ->(modules) { modules.flat_map { |other| known.fetch(other.name.to_s, []) } }
    # A library may also include a module of its own, which no signature mentions.
    inherited = mod.is_a?(Class) && mod.superclass ? mod.superclass.ancestors : []
    foreign = (mod.ancestors - inherited).reject { |other| other == mod || known.key?(other.name.to_s) }
    own = [mod, *foreign].flat_map { |other| other.instance_methods(false) + other.private_instance_methods(false) }
    single = mod.singleton_methods(false) + mod.singleton_class.private_instance_methods(false)
    (own.map(&:to_s) - from[mod.ancestors]).map { |name| "#{mod.name}##{name}" } +
      (single.map(&:to_s) - from[mod.ancestors + mod.singleton_class.ancestors]).map { |name| "#{mod.name}.#{name}" }
  end
end

known = declared(ARGV.fetch(0))
missing = left_out(known)
LIBRARIES.each do |library|
  require library
rescue LoadError
  warn "not installed: #{library}"
end
puts (missing + left_out(known)).uniq.sort.reject { |name| name.match?(/[#.]_/) }

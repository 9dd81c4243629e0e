module Lending
  module Store
    # One line a row, tab between key and value.
    class TextFile
      def initialize(path)
        @path = path
      end

      def put(key, value)
        File.open(@path, "a") { |file| file.puts("#{key}\t#{value}") }
      end

      def get(key)
        File.foreach(@path) do |line|
          name, value = line.chomp.split("\t", 2)
          return value if name == key
        end
        nil
      end

      def self.suffix
        ".tsv".without_dot
      end
    end
  end
end

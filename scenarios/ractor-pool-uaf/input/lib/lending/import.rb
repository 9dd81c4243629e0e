module Lending
  # Reads books from lines of comma-separated text.
  class Import
    def initialize(catalogue)
      @catalogue = catalogue
      @errors = []
    end

    attr_reader :errors

    def line(text)
      title, author, year = text.split(",").map(&:strip)
      if year.to_i.zero?
        @errors << text
      else
        @catalogue.add(Book.new(title, author, year.to_i))
      end
    end

    def self.header
      ["title", "author", "year"].to_csv_line
    end
  end
end

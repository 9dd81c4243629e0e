require_relative "book"
require_relative "copy"

module Lending
  # Finds books by words of their titles.
  class Catalogue
    def initialize
      @books = []
      @index = {}
    end

    def add(book)
      @books << book
      book.title.downcase.split(" ").each do |word|
        (@index[word] ||= []) << book
      end
      self
    end

    def find(word)
      @index.fetch(word.downcase, [])
    end

    def size
      @books.size
    end

    def self.stop_words
      %w[the a of and].sorted
    end
  end
end
